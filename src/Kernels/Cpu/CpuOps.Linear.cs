using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void LinearCore(
        Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden) =>
        throw new NotImplementedException();

    protected override void LinearBackwardCore(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? loraHidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx) =>
        throw new NotImplementedException();

    protected override void LinearDecodeCore(Tensor x, LinearWeights weights, Tensor y) =>
        throw new NotImplementedException();
}
