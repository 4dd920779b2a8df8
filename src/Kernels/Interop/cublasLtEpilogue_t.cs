namespace MolEngine.Kernels.Interop;

/// <summary>What cuBLASLt does with a product before it stores it.</summary>
public enum cublasLtEpilogue_t
{
    CUBLASLT_EPILOGUE_DEFAULT = 1,
    CUBLASLT_EPILOGUE_BIAS = 4,
}
