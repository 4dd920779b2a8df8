using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void ZeroCore(Tensor x) =>
        throw new NotImplementedException();

    protected override void CopyCore(Tensor source, Tensor destination) =>
        throw new NotImplementedException();

    protected override void AddCore(Tensor x, Tensor y) =>
        throw new NotImplementedException();
}
