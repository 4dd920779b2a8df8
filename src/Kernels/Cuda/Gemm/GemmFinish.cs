using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>Turns sums in memory into the D of a product, by kernels/gemm_finish.cu.</summary>
internal sealed class GemmFinish(CudaStream stream, CudaKernels kernels)
{
    public const string Source = "gemm_finish", Kernel = "gemm_finish";

    private const int Threads = 256, Neighbours = 4;

    private readonly KernelArguments _arguments = new();

    /// <summary>
    /// Queues D = Alpha sums + bias + Beta D with the M, N, D, factors and bias of a product.
    /// </summary>
    /// <param name="sums">fp32 [M, N], rows <paramref name="stride"/> elements apart.</param>
    public void Run(ulong sums, int stride, in GemmCall call)
    {
        if (call.M == 0 || call.N == 0)
            return;
        kernels.Get(Source, Kernel).Launch(
            stream, Shape(call.M, call.N), _arguments.Clear().Add(sums).Add(stride).Add(GemmOutput.Of(call)));
    }

    internal static LaunchShape Shape(int m, int n) =>
        LaunchShape.Covering(m * ((n + Neighbours - 1L) / Neighbours), Threads);
}
