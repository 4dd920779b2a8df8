using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Compilation;

/// <summary>Compiles CUDA C++ by NVRTC. It needs no GPU.</summary>
public sealed unsafe class NvrtcCompiler
{
    private readonly INvrtc _nvrtc;

    /// <param name="build">Tells builds of one version apart, for the cache's key; may be empty.</param>
    /// <exception cref="CudaException">NVRTC does not answer.</exception>
    public NvrtcCompiler(INvrtc nvrtc, string build = "")
    {
        _nvrtc = nvrtc;
        nvrtc.Check(nvrtc.nvrtcVersion(out int major, out int minor));
        Version = new Version(major, minor);
        Identity = build.Length > 0 ? $"{Name} ({build})" : Name;
        nvrtc.Check(nvrtc.nvrtcGetNumSupportedArchs(out int count));
        int[] supported = new int[count];
        fixed (int* numbers = supported)
            nvrtc.Check(nvrtc.nvrtcGetSupportedArchs(numbers));
        Architectures = supported;
    }

    public Version Version { get; }

    /// <summary>"NVRTC 12.6".</summary>
    public string Name => $"NVRTC {Version}";

    /// <summary>Name and build: what a cached result depends on.</summary>
    public string Identity { get; }

    /// <summary>80 stands for sm_80.</summary>
    public IReadOnlyList<int> Architectures { get; }

    public bool Supports(ComputeCapability capability) => Architectures.Contains(capability.Number);

    /// <exception cref="KernelCompileException">The source does not compile; it carries the log.</exception>
    public CompiledKernel Compile(KernelSource source, CompileOptions options)
    {
        using var program = new NvrtcProgram(_nvrtc, source);
        nvrtcResult result = program.Compile(options);
        string log = program.Log();
        if (result != nvrtcResult.NVRTC_SUCCESS)
            throw KernelCompileException.Of(source, options, Name, $"{result}", log);
        return new CompiledKernel(PtxText.WithPlainFileNames(program.Ptx()), program.Cubin(), log);
    }
}
