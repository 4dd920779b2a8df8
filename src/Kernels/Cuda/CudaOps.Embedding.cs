using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void EmbeddingCore(Tensor ids, Tensor weight, Tensor y) =>
        throw new NotSupportedException("EmbeddingCore");

    protected override void EmbeddingBackwardCore(Tensor dy, Tensor ids, Tensor dWeight) =>
        throw new NotSupportedException("EmbeddingBackwardCore");
}
