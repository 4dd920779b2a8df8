using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void RmsNormCore(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd) =>
        throw new NotImplementedException();

    protected override void AddRmsNormCore(
        Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd) =>
        throw new NotImplementedException();

    protected override void RmsNormBackwardCore(
        Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight) =>
        throw new NotImplementedException();
}
