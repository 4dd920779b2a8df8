using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>Whether an NVIDIA driver can be loaded here. "No GPU" is a state with a sentence, not an error.</summary>
/// <param name="Library">The driver library that was found, or null.</param>
/// <param name="Sentence">For a person: what was found, and what follows from it.</param>
public sealed record CudaProbe(string? Library, string Sentence)
{
    public bool Found => Library is not null;

    /// <summary>Tries the names under which the driver is installed.</summary>
    public static CudaProbe Run() => Run(OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"]);

    /// <param name="names">Library names, tried in order.</param>
    public static CudaProbe Run(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle))
                continue;
            NativeLibrary.Free(handle);
            return new CudaProbe(
                name, $"NVIDIA driver found ({name}); this version has no CUDA backend yet: training runs on the CPU");
        }

        return new CudaProbe(
            null, $"no NVIDIA driver found (tried {string.Join(", ", names)}): training runs on the CPU");
    }
}
