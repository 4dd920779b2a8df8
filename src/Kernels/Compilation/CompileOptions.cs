using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Compilation;

/// <summary>How a kernel is compiled.</summary>
/// <param name="Architecture">sm_80 for machine code of a device, compute_80 for PTX.</param>
/// <param name="LineInfo">Keep source lines, for debuggers, profilers and the virtual GPU: the code is the
/// same.</param>
/// <param name="Statistics">Let the assembler report registers, shared memory and spills in the log.</param>
public sealed record CompileOptions(string Architecture, bool LineInfo = true, bool Statistics = false)
{
    /// <summary>What the PTX inside the program is made with: every device from 8.0 on can run it.</summary>
    public static readonly CompileOptions Embedded = new("compute_80");

    /// <summary>Machine code for a device.</summary>
    public static CompileOptions For(ComputeCapability capability) => new($"sm_{capability.Number}");

    /// <summary>
    /// The compiler's arguments. Without fmad a product and a sum stay two roundings unless the source says fma, so
    /// that every compiler and the virtual GPU have the same bits.
    /// </summary>
    public IReadOnlyList<string> Arguments =>
    [
        $"--gpu-architecture={Architecture}", "--std=c++17", "--fmad=false",
        .. LineInfo ? ["--generate-line-info"] : Array.Empty<string>(),
        .. Statistics ? ["--ptxas-options=-v"] : Array.Empty<string>(),
    ];

    public override string ToString() => string.Join(' ', Arguments);
}
