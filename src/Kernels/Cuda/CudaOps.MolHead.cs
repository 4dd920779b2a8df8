using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void BaseTopNCore(Tensor hidden, Tensor weight, Tensor targets, BaseDistribution result) =>
        throw new NotSupportedException("BaseTopNCore");

    protected override void MolHeadCore(Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout, HeadResult result, Tensor? dHidden, Tensor? dWeight) =>
        throw new NotSupportedException("MolHeadCore");
}
