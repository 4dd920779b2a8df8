using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>cuBLASLt's C functions, verbatim.</summary>
internal static unsafe partial class CublasLtApi
{
    private const string Library = NativeLibraries.CublasLt;

    [LibraryImport(Library)]
    internal static partial nint cublasLtGetStatusName(cublasStatus_t status);

    [LibraryImport(Library)]
    internal static partial nint cublasLtGetStatusString(cublasStatus_t status);

    [LibraryImport(Library)]
    internal static partial nuint cublasLtGetVersion();

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtCreate(out nint handle);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtDestroy(nint handle);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulDescDestroy(nint description);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found);

    [LibraryImport(Library)]
    internal static partial cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream);
}
