using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>Makes the CUDA backend on a driver: NVIDIA's, or another that implements its interface.</summary>
public static class CudaBackend
{
    /// <param name="images">What its kernels are loaded from.</param>
    /// <param name="activationType">BF16, or F32 for parity.</param>
    /// <param name="blas">cuBLASLt, for products; without it they are done by this program's kernels.</param>
    /// <param name="meter">Told of all work; null for none.</param>
    /// <exception cref="CudaException">The driver refuses, or there is no such device.</exception>
    public static Ops.Ops Create(
        ICudaDriver driver, int ordinal, KernelImages images, DType activationType, ICublasLt? blas = null,
        IWorkMeter? meter = null)
    {
        if (activationType is not (DType.BF16 or DType.F32))
            throw new ArgumentException($"cuda: activations: expected BF16 or F32, got {activationType}");
        var context = CudaContext.Create(driver, ordinal);
        var stream = new CudaStream(context);
        var kernels = new CudaKernels(context, images);
        IGemm gemm = blas is null ? new BuiltinGemm(stream, kernels) : new CublasLtGemm(stream, kernels, blas);
        return new CudaOps(context, stream, kernels, gemm, activationType, meter);
    }

    /// <summary>A clock of the stream that a CUDA backend's ops are queued on.</summary>
    /// <exception cref="ArgumentException">It is another backend.</exception>
    public static EventClock ClockOf(Ops.Ops ops) => ops is CudaOps cuda
        ? cuda.Clock
        : throw new ArgumentException($"clock of a stream: expected a CUDA backend, got {ops.Description}");
}
