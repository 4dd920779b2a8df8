namespace MolEngine.Kernels.Interop;

/// <summary>Whether a matrix is taken as it is or transposed.</summary>
public enum cublasOperation_t
{
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
}
