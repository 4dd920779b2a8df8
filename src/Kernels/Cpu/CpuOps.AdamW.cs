using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void AdamWCore(Tensor parameter, Tensor gradient, Tensor m, Tensor v, in AdamWStep step) =>
        throw new NotImplementedException();

    protected override double SumOfSquaresCore(Tensor x) =>
        throw new NotImplementedException();
}
