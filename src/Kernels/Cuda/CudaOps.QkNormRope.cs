using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void QkNormRopeCore(Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut, Tensor kOut) =>
        throw new NotSupportedException("QkNormRopeCore");

    protected override void QkNormRopeBackwardCore(Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor? dQueryNorm, Tensor? dKeyNorm) =>
        throw new NotSupportedException("QkNormRopeBackwardCore");
}
