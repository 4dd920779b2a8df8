using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Interop;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>What <c>kernels</c> does with them.</summary>
internal enum KernelsAction
{
    List,
    Build,
    Embed,
}

/// <param name="Sources">What is listed or compiled.</param>
/// <param name="Architectures">Architectures of <c>build</c>: "sm_80" and newer.</param>
/// <param name="To">Where <c>build</c> writes cubins (null: nowhere) and <c>embed</c> PTX.</param>
/// <param name="Search">Where NVRTC is looked for.</param>
internal sealed record KernelsOptions(
    KernelsAction Action, IReadOnlyList<KernelSource> Sources, IReadOnlyList<string> Architectures, string? To,
    LibrarySearch Search);
