using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void AttentionCore(
        Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse) =>
        throw new NotImplementedException();

    protected override void AttentionBackwardCore(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv) =>
        throw new NotImplementedException();

    protected override void AttentionCachedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, int start, Tensor y) =>
        throw new NotImplementedException();
}
