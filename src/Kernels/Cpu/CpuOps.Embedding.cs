using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void EmbeddingCore(Tensor ids, Tensor weight, Tensor y) =>
        throw new NotImplementedException();

    protected override void EmbeddingBackwardCore(Tensor dy, Tensor ids, Tensor dWeight) =>
        throw new NotImplementedException();
}
