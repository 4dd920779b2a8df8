using System.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tests.Interop;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class NvrtcCompilerTests
{
    [Fact]
    public void A_mistake_is_told_with_file_line_options_and_log()
    {
        NvrtcCompiler compiler = RealCompiler.Get();
        KernelSource source = RealCompiler.Source(
            "#include \"h.cuh\"\n\n__global__ void k(int* x) { *x = y; }\n", ("h.cuh", "\n"));
        KernelCompileException e = Assert.Throws<KernelCompileException>(
            () => compiler.Compile(source, new CompileOptions("sm_80")));
        Assert.Equal(("kernels/test.cu", 3), (e.File, e.Line));
        string[] lines = e.Message.Split('\n');
        Assert.Equal("kernels/test.cu:3: does not compile: identifier \"y\" is undefined", lines[0]);
        Assert.StartsWith("compiler: NVRTC 12.", lines[1]);
        Assert.Equal(
            "options: --gpu-architecture=sm_80 --std=c++17 --fmad=false --generate-line-info", lines[2]);
        Assert.Contains("1 error detected", e.Log);
        Assert.EndsWith(e.Log, e.Message);
    }

    [Fact]
    public void A_mistake_in_a_header_is_told_there()
    {
        KernelSource source = RealCompiler.Source("#include \"h.cuh\"\n", ("h.cuh", "\nint f() { return z; }\n"));
        KernelCompileException e = Assert.Throws<KernelCompileException>(
            () => RealCompiler.Get().Compile(source, new CompileOptions("sm_80")));
        Assert.Equal(("kernels/h.cuh", 2), (e.File, e.Line));
    }

    [Fact]
    public void An_architecture_that_is_refused_is_told()
    {
        KernelCompileException e = Assert.Throws<KernelCompileException>(
            () => RealCompiler.Get().Compile(RealCompiler.Source(""), new CompileOptions("sm_7")));
        Assert.Null(e.Line);
        Assert.Contains("invalid value for --gpu-architecture", e.Message.Split('\n')[0]);
    }

    /// <summary>A product and a sum stay two roundings, and the text names files as the repository does.</summary>
    [Fact]
    public void Options_do_what_they_say()
    {
        NvrtcCompiler compiler = RealCompiler.Get();
        KernelSource source = RealCompiler.Source(
            "extern \"C\" __global__ void __launch_bounds__(64, 2) k(float* x, int n, const double* y)\n"
            + "{ *x = x[1] * x[2] + x[3]; }");
        CompiledKernel compiled = compiler.Compile(source, CompileOptions.Embedded);
        Assert.Empty(compiled.Cubin);
        Assert.Contains("mul.rn.f32", compiled.Ptx);
        Assert.DoesNotContain("fma.", compiled.Ptx);
        Assert.Contains("\"kernels/test.cu\"", compiled.Ptx);
        KernelSignature signature = Assert.Single(PtxText.Signatures(compiled.Ptx));
        Assert.Equal(("k", 64), (signature.Name, signature.MaxThreads));
        Assert.Equal([8, 4, 8], signature.ParameterBytes);
        Assert.DoesNotContain(".loc", compiler.Compile(source, new CompileOptions("compute_80", LineInfo: false)).Ptx);

        CompiledKernel native = compiler.Compile(source, new CompileOptions("sm_90", Statistics: true));
        Assert.Equal("\u007fELF", Encoding.Latin1.GetString(native.Cubin, 0, 4));
        KernelResources resources = Assert.Single(PtxasLog.Read(native.Log));
        Assert.Equal(("k", "sm_90"), (resources.Name, resources.Architecture));
        Assert.InRange(resources.Registers, 4, 64);
        Assert.Equal("", PtxasLog.Warnings(native.Log));
    }

    [Fact]
    public void Architectures_are_those_of_the_compiler()
    {
        NvrtcCompiler compiler = RealCompiler.Get();
        Assert.True(compiler.Supports(ComputeCapability.Least));
        Assert.True(compiler.Supports(new(9, 0)));
        Assert.False(compiler.Supports(new(99, 0)));
    }

    /// <summary>Errors that no log places: the compiler's status is told instead.</summary>
    [Theory]
    [InlineData("", "kernels/test.cu: does not compile: NVRTC_ERROR_BUILTIN_OPERATION_FAILURE")]
    [InlineData("nvrtc: error: failed to open libnvrtc-builtins.so.12.6.\n",
        "kernels/test.cu: does not compile: nvrtc: error: failed to open libnvrtc-builtins.so.12.6.")]
    [InlineData("base.cuh(7): warning #1: w\nkernels/base.cuh(12): catastrophic error: cannot open \"x\"\n",
        "kernels/base.cuh:12: does not compile: cannot open \"x\"")]
    [InlineData("/a b/k.cu(3): error #20: identifier \"y\" is undefined",
        "kernels/k.cu:3: does not compile: identifier \"y\" is undefined")]
    public void A_log_is_read_as_far_as_it_goes(string log, string first)
    {
        var nvrtc = new FakeNvrtc(new()) { Compiles = nvrtcResult.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, Log = log };
        KernelCompileException e = Assert.Throws<KernelCompileException>(
            () => new NvrtcCompiler(nvrtc).Compile(RealCompiler.Source(""), new CompileOptions("sm_80")));
        Assert.Equal(first, e.Message.Split('\n')[0]);
    }
}
