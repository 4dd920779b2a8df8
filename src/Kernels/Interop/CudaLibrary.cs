namespace MolEngine.Kernels.Interop;

/// <summary>One of NVIDIA's libraries: what it is called on each system.</summary>
/// <param name="Title">For people.</param>
/// <param name="ImportName">The name that the bindings ask for.</param>
/// <param name="WithDriver">It comes with the NVIDIA driver; the others come with a toolkit or with pip.</param>
internal sealed record CudaLibrary(
    string Title, string ImportName, bool WithDriver, Func<int, string> LinuxName, Func<int, string> WindowsName)
{
    /// <summary>CUDA versions whose libraries this program knows, the newest first.</summary>
    public static readonly IReadOnlyList<int> Majors = [13, 12];

    public static readonly CudaLibrary Driver =
        new("NVIDIA driver", NativeLibraries.Driver, true, _ => "libcuda.so.1", _ => "nvcuda.dll");

    public static readonly CudaLibrary Nvrtc =
        new("NVRTC", NativeLibraries.Nvrtc, false, m => $"libnvrtc.so.{m}", m => $"nvrtc64_{m}0_0.dll");

    public static readonly CudaLibrary CublasLt =
        new("cuBLASLt", NativeLibraries.CublasLt, false, m => $"libcublasLt.so.{m}", m => $"cublasLt64_{m}.dll");

    /// <summary>File names to look for, in order.</summary>
    /// <param name="newest">The newest CUDA version that the driver supports: newer libraries do not work with
    /// it.</param>
    public IEnumerable<string> FileNames(bool windows, int newest) => Majors
        .Where(m => WithDriver || m <= newest)
        .Select(windows ? WindowsName : LinuxName)
        .Distinct();
}
