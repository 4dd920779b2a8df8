using MolEngine.Basics.Files;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Cuda;

/// <summary>The libraries of a CUDA toolkit on this machine. What is missing is a state with a sentence.</summary>
/// <param name="Compiler">NVRTC, or null.</param>
/// <param name="NvrtcSentence">For a person.</param>
/// <param name="Blas">cuBLASLt, or null.</param>
public sealed record CudaToolkit(
    NvrtcCompiler? Compiler, string NvrtcSentence, LibraryFinding NvrtcLibrary, ICublasLt? Blas, string BlasSentence,
    LibraryFinding BlasLibrary)
{
    private const string Trial = "extern \"C\" __global__ void trial(float* x) { x[threadIdx.x] = 1.0f; }";

    /// <summary>Looks for the libraries.</summary>
    /// <param name="newestMajor">The newest CUDA that the driver supports: newer libraries do not work with it.</param>
    public static CudaToolkit Find(LibrarySearch search, int newestMajor = int.MaxValue)
    {
        (NvrtcCompiler? compiler, string nvrtc, LibraryFinding found) = FindNvrtc(search, newestMajor);
        (ICublasLt? blas, string sentence, LibraryFinding blasLibrary) = FindCublasLt(search, newestMajor);
        return new CudaToolkit(compiler, nvrtc, found, blas, sentence, blasLibrary);
    }

    /// <summary>NVRTC alone.</summary>
    public static (NvrtcCompiler? Compiler, string Sentence, LibraryFinding Library) FindNvrtc(
        LibrarySearch search, int newestMajor = int.MaxValue)
    {
        LibraryFinding library = NativeLibraries.Find(CudaLibrary.Nvrtc, search, newestMajor);
        if (library.Path is not { } path)
            return (null, "not found: kernels come as PTX in the program, compiled by the driver", library);
        try
        {
            // A build's size tells it from others of its version; a library found by name alone has none to read.
            string build = File.Exists(path) ? $"{RealPath.FileAt(path).Length} bytes" : "";
            var compiler = new NvrtcCompiler(new NativeNvrtc(), build);

            // Without its builtins, a library of their own, it loads and compiles nothing.
            compiler.Compile(new KernelSource("trial", Trial, []), CompileOptions.Embedded);
            return (compiler, $"{compiler.Name} ({path})", library);
        }
        catch (Exception e) when (e is CudaException or KernelCompileException or EntryPointNotFoundException)
        {
            return (null, $"{path} does not work: {e.Message.Split('\n')[0].TrimEnd('.')}", library);
        }
    }

    /// <summary>cuBLASLt alone.</summary>
    public static (ICublasLt? Blas, string Sentence, LibraryFinding Library) FindCublasLt(
        LibrarySearch search, int newestMajor = int.MaxValue)
    {
        LibraryFinding library = NativeLibraries.Find(CudaLibrary.CublasLt, search, newestMajor);
        if (!library.Found)
            return (null, "not found: matrix products are done by this program's own kernels", library);
        var blas = new NativeCublasLt();
        return (blas, $"cuBLASLt {Text(blas.cublasLtGetVersion())} ({library.Path})", library);
    }

    private static string Text(nuint version) => $"{version / 10000}.{version / 100 % 100}.{version % 100}";
}
