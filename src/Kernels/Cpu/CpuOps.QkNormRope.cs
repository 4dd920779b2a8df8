using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void QkNormRopeCore(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut, Tensor kOut) =>
        throw new NotImplementedException();

    protected override void QkNormRopeBackwardCore(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout,
        Tensor? dQueryNorm, Tensor? dKeyNorm) =>
        throw new NotImplementedException();
}
