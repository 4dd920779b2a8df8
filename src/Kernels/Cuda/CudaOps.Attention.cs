using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void AttentionCore(Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse) =>
        throw new NotSupportedException("AttentionCore");

    protected override void AttentionBackwardCore(Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout, Tensor dq, Tensor dk, Tensor dv) =>
        throw new NotSupportedException("AttentionBackwardCore");

    protected override void AttentionCachedCore(Tensor q, Tensor keys, Tensor values, HeadShape heads, int start, Tensor y) =>
        throw new NotSupportedException("AttentionCachedCore");
}
