using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>Products by the kernels of this program: any size, the same bits every time.</summary>
internal sealed class BuiltinGemm(CudaStream stream, CudaKernels kernels) : IGemm
{
    public void Run(in GemmCall call) =>
        throw new NotSupportedException($"gemm of {call.M} x {call.N} x {call.K} on {stream} by {kernels}");

    public void Dispose()
    {
    }
}
