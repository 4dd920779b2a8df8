namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>Matrix products on a device, queued on the backend's stream. Sums are fp32.</summary>
internal interface IGemm : IDisposable
{
    /// <summary>
    /// Queues a product. BF16 operands are multiplied by tensor cores; where one is F32, everything is done in fp32. D
    /// is rounded once, after all that is added to it; a second term may be rounded by itself before.
    /// </summary>
    void Run(in GemmCall call);
}
