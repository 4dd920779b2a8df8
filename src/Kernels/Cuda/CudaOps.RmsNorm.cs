using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void RmsNormCore(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd) =>
        throw new NotSupportedException("RmsNormCore");

    protected override void AddRmsNormCore(Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd) =>
        throw new NotSupportedException("AddRmsNormCore");

    protected override void RmsNormBackwardCore(Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight) =>
        throw new NotSupportedException("RmsNormBackwardCore");
}
