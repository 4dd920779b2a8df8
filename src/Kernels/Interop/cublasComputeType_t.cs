namespace MolEngine.Kernels.Interop;

/// <summary>Types that a product is accumulated in: those that this program may use.</summary>
public enum cublasComputeType_t
{
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_PEDANTIC = 69,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
}
