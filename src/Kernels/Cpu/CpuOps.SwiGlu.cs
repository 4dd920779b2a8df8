using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y) =>
        throw new NotImplementedException();

    protected override void SwiGluBackwardCore(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) =>
        throw new NotImplementedException();
}
