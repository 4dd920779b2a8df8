using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    protected override void AdamWCore(Tensor parameter, Tensor gradient, Tensor m, Tensor v, in AdamWStep step) =>
        throw new NotSupportedException("AdamWCore");

    protected override double SumOfSquaresCore(Tensor x) =>
        throw new NotSupportedException("SumOfSquaresCore");
}
