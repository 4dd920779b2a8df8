using System.Collections.Concurrent;
using System.Diagnostics;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Support;

namespace MolEngine.VirtualGpu.Tests.Kernels;

/// <summary>PTX of the test kernels by the two compilers; a test skips where one is absent.</summary>
internal static class CudaCompilers
{
    public const string Nvrtc = "NVRTC";
    public const string Clang = "clang";

    private const string ClangName = "clang-19";

    private static readonly ConcurrentDictionary<(string, string), string> Compiled = new();
    private static readonly Lazy<NvrtcCompiler> NvrtcCompiler = new(FindNvrtc);

    public static TheoryData<string> All => new() { Nvrtc, Clang };

    /// <param name="name">A source in the folder Cuda.</param>
    public static string Ptx(string compiler, string name) => Compiled.GetOrAdd((compiler, name), _ =>
        compiler == Nvrtc ? ByNvrtc(name) : ByClang(name));

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cuda");

    private static string ByNvrtc(string name)
    {
        _ = SharedNvrtc.Folder;
        string text = File.ReadAllText(Path.Combine(Folder, $"{name}.cu"));
        KernelSource source = KernelSource.Resolve(name, text, h => File.ReadAllText(Path.Combine(Folder, h)));
        return NvrtcCompiler.Value.Compile(source, CompileOptions.Embedded).Ptx;
    }

    private static NvrtcCompiler FindNvrtc()
    {
        string folder = SharedNvrtc.Folder;
        var search = new LibrarySearch(false, n => n == LibrarySearch.PathVariable ? folder : null, "/none", "/none");
        (NvrtcCompiler? compiler, string sentence, _) = CudaToolkit.FindNvrtc(search);
        Assert.True(compiler is not null, sentence);
        return compiler;
    }

    private static string ByClang(string name)
    {
        var start = new ProcessStartInfo(ClangName)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        string[] arguments =
            ["-x", "cuda", "--cuda-gpu-arch=sm_80", "--cuda-device-only", "-nocudainc", "-nocudalib", "-Xclang",
                "-target-feature", "-Xclang", "+ptx80", "-ffp-contract=off", "-gline-tables-only", "-std=c++17", "-O3",
                    "-S",
                $"{name}.cu", "-o", "-"];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
        }

        Assert.SkipWhen(process is null, $"{ClangName} is not installed");
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string ptx = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result);
            return ptx;
        }
    }
}
