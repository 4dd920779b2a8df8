namespace MolEngine.Kernels.Interop;

/// <summary>Element types of matrices: those that this program stores.</summary>
public enum cudaDataType_t
{
    CUDA_R_32F = 0,
    CUDA_R_16F = 2,
    CUDA_R_16BF = 14,
}
