using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

/// <summary>NVRTC out of the shared test material; tests skip where it is absent.</summary>
internal static class RealCompiler
{
    public static NvrtcCompiler Get()
    {
        string folder = SharedNvrtc.Folder;
        var search = new LibrarySearch(false, n => n == LibrarySearch.PathVariable ? folder : null, "/none", "/none");
        (NvrtcCompiler? compiler, string sentence, LibraryFinding library) = CudaToolkit.FindNvrtc(search);
        Assert.True(compiler is not null, $"{sentence}\n{library.Places}");
        return compiler;
    }

    public static KernelSource Source(string text, params (string, string)[] headers) => new("test", text, headers);
}
