using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y) =>
        throw new NotSupportedException("SwiGluCore");

    protected override void SwiGluBackwardCore(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) =>
        throw new NotSupportedException("SwiGluBackwardCore");
}
