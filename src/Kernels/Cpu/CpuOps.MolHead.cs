using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void BaseTopNCore(Tensor hidden, Tensor weight, Tensor targets, BaseDistribution result) =>
        throw new NotImplementedException();

    protected override void MolHeadCore(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight) =>
        throw new NotImplementedException();
}
