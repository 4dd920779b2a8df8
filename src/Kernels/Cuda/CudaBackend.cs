using MolEngine.Basics.Files;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>Makes the CUDA backend on a driver: NVIDIA's, or another that implements its interface.</summary>
public static class CudaBackend
{
    /// <summary>Where choices of cuBLASLt's algorithms are kept by default: in the cache folder.</summary>
    public static string TuningFolder => CacheFolder.Locate("products");

    /// <param name="images">What its kernels are loaded from.</param>
    /// <param name="activationType">BF16, or F32 for parity.</param>
    /// <param name="blas">cuBLASLt, for products; without it, or where it does not prove itself, they are done by this
    /// program's kernels.</param>
    /// <param name="tuned">Folder where the choices of cuBLASLt's algorithms for large products are kept; null leaves
    /// the choice to the library.</param>
    /// <param name="meter">Told of all work; null for none.</param>
    /// <param name="plansLibrary">The meter is told of products as cuBLASLt would do them: for a plan.</param>
    /// <exception cref="CudaException">The driver refuses, or there is no such device.</exception>
    public static Ops.Ops Create(
        ICudaDriver driver, int ordinal, KernelImages images, DType activationType, ICublasLt? blas = null,
        IWorkMeter? meter = null, string? tuned = null, bool plansLibrary = false)
    {
        if (activationType is not (DType.BF16 or DType.F32))
            throw new ArgumentException($"cuda: activations: expected BF16 or F32, got {activationType}");
        var context = CudaContext.Create(driver, ordinal);
        var stream = new CudaStream(context);
        var notes = new BackendNotes();
        var kernels = new CudaKernels(context, images, notes.Add);
        IGemm gemm = Products.Open(stream, kernels, blas, notes.Add, tuned);
        return new CudaOps(context, stream, kernels, gemm, activationType, notes, meter, plansLibrary);
    }

    /// <summary>A clock of the stream that a CUDA backend's ops are queued on.</summary>
    /// <exception cref="ArgumentException">It is another backend.</exception>
    public static EventClock ClockOf(Ops.Ops ops) => ops is CudaOps cuda
        ? cuda.Clock
        : throw new ArgumentException($"clock of a stream: expected a CUDA backend, got {ops.Description}");
}
