using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void ZeroCore(Tensor x) =>
        throw new NotSupportedException("ZeroCore");

    protected override void CopyCore(Tensor source, Tensor destination) =>
        throw new NotSupportedException("CopyCore");

    protected override void AddCore(Tensor x, Tensor y) =>
        throw new NotSupportedException("AddCore");
}
