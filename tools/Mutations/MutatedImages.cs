using System.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;

namespace MolEngine.Mutations;

/// <summary>What the virtual GPU loads: the PTX of sources that have a fault in them.</summary>
/// <param name="texts">By name of source.</param>
internal sealed class MutatedImages(IReadOnlyDictionary<string, string> texts) : KernelImages(null, null)
{
    public override KernelImage For(KernelSource source, ComputeCapability capability) =>
        texts.TryGetValue(source.Name, out string? ptx)
            ? new KernelImage(source.Name, Encoding.UTF8.GetBytes(ptx), "a fault", PtxText.Signatures(ptx))
            : base.For(source, capability);
}
