namespace MolEngine.Kernels.Interop;

/// <summary>
/// cuBLASLt as far as this program uses it: a method for each C function, with its name, parameters and status. Handles
/// and descriptors are opaque <c>nint</c>s; matrices are column-major.
/// </summary>
public unsafe interface ICublasLt
{
    string? cublasLtGetStatusName(cublasStatus_t status);

    string? cublasLtGetStatusString(cublasStatus_t status);

    /// <returns>major 10000 + minor 100 + patch.</returns>
    nuint cublasLtGetVersion();

    cublasStatus_t cublasLtCreate(out nint handle);

    cublasStatus_t cublasLtDestroy(nint handle);

    cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType);

    cublasStatus_t cublasLtMatmulDescDestroy(nint description);

    cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes);

    cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension);

    cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout);

    cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes);

    cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference);

    cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference);

    cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes);

    /// <param name="results">Room for <paramref name="wanted"/>, the best first.</param>
    cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found);

    /// <summary>Queues D = alpha op(A) op(B) + beta C on a stream.</summary>
    /// <param name="alpha">One number of the scale type, in host memory.</param>
    /// <param name="workspace">Device memory that no other work uses until the product is done.</param>
    cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream);
}
