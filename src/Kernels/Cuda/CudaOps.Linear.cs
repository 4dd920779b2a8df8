using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void LinearCore(Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden) =>
        throw new NotSupportedException("LinearCore");

    protected override void LinearBackwardCore(Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? loraHidden, LinearGradients gradients, Tensor? dx, bool accumulateDx) =>
        throw new NotSupportedException("LinearBackwardCore");

    protected override void LinearDecodeCore(Tensor x, LinearWeights weights, Tensor y) =>
        throw new NotSupportedException("LinearDecodeCore");
}
