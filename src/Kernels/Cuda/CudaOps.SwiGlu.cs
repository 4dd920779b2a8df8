using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>What a thread of kernels/swiglu.cu takes of each array.</summary>
    private const int SwiGluBytes = 16;

    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y)
    {
        if (gate.Count == 0)
            return;
        Launch(
            "swiglu", KernelName.Of("swiglu", ActivationType), SwiGluShape(gate),
            Arguments().Add(gate).Add(up).Add(gate.Count).Add(y));
    }

    protected override void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        if (gate.Count == 0)
            return;
        Launch(
            "swiglu", KernelName.Of("swiglu_backward", ActivationType), SwiGluShape(gate),
            Arguments().Add(dy).Add(gate).Add(up).Add(gate.Count).Add(dGate).Add(dUp).Add(y));
    }

    private static LaunchShape SwiGluShape(Tensor x) =>
        LaunchShape.Covering(x.Count, ElementThreads, SwiGluBytes / x.Type.Size());
}
