using System.Text;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Compilation;

/// <summary>
/// Chooses what a device runs: machine code that NVRTC makes for it, kept in the cache; or, where NVRTC is absent or
/// older than the device, the PTX inside the program, which the driver compiles. That is loaded too where the driver
/// refuses the machine code.
/// </summary>
/// <param name="compiler">Null without NVRTC.</param>
/// <param name="cache">Null without a cache.</param>
public class KernelImages(NvrtcCompiler? compiler, KernelCache? cache)
{
    /// <summary>The PTX inside the program, wherever: what the virtual GPU runs.</summary>
    public static KernelImages Carried => new(compiler: null, cache: null);

    /// <summary>The image of a source for a device.</summary>
    /// <exception cref="KernelCompileException">NVRTC refuses the source.</exception>
    public virtual KernelImage For(KernelSource source, ComputeCapability capability)
    {
        EmbeddedPtx embedded = EmbeddedPtx.Of(source);
        var carried = new KernelImage(
            source.Name, Encoding.UTF8.GetBytes(embedded.Text), $"PTX of {embedded.Compiler}, in the program",
            embedded.Signatures);
        if (compiler is null || !compiler.Supports(capability))
            return carried;

        CompileOptions options = CompileOptions.For(capability);
        string key = source.Hash(options, compiler.Identity);
        byte[]? cubin = cache?.Find(key);
        string origin = $"{options.Architecture} of {compiler.Name}{(cubin is null ? "" : ", kept")}";
        if (cubin is null)
        {
            cubin = compiler.Compile(source, options).Cubin;
            cache?.Keep(key, cubin);
        }

        return new KernelImage(source.Name, cubin, origin, embedded.Signatures) { Otherwise = carried };
    }
}
