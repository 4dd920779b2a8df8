using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>cuBLASLt as it is installed: every method is the C function of its name.</summary>
/// <exception cref="DllNotFoundException">Out of any method where the library is absent.</exception>
internal sealed unsafe class NativeCublasLt : ICublasLt
{
    public NativeCublasLt() => NativeLibraries.Bind();

    public string? cublasLtGetStatusName(cublasStatus_t status) =>
        Marshal.PtrToStringUTF8(CublasLtApi.cublasLtGetStatusName(status));

    public string? cublasLtGetStatusString(cublasStatus_t status) =>
        Marshal.PtrToStringUTF8(CublasLtApi.cublasLtGetStatusString(status));

    public nuint cublasLtGetVersion() => CublasLtApi.cublasLtGetVersion();

    public cublasStatus_t cublasLtCreate(out nint handle) => CublasLtApi.cublasLtCreate(out handle);

    public cublasStatus_t cublasLtDestroy(nint handle) => CublasLtApi.cublasLtDestroy(handle);

    public cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType) =>
        CublasLtApi.cublasLtMatmulDescCreate(out description, computeType, scaleType);

    public cublasStatus_t cublasLtMatmulDescDestroy(nint description) =>
        CublasLtApi.cublasLtMatmulDescDestroy(description);

    public cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes) =>
        CublasLtApi.cublasLtMatmulDescSetAttribute(description, attribute, value, bytes);

    public cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension) =>
        CublasLtApi.cublasLtMatrixLayoutCreate(out layout, type, rows, columns, leadingDimension);

    public cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout) => CublasLtApi.cublasLtMatrixLayoutDestroy(layout);

    public cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes) =>
        CublasLtApi.cublasLtMatrixLayoutSetAttribute(layout, attribute, value, bytes);

    public cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference) =>
        CublasLtApi.cublasLtMatmulPreferenceCreate(out preference);

    public cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference) =>
        CublasLtApi.cublasLtMatmulPreferenceDestroy(preference);

    public cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes) =>
        CublasLtApi.cublasLtMatmulPreferenceSetAttribute(preference, attribute, value, bytes);

    public cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found) =>
        CublasLtApi.cublasLtMatmulAlgoGetHeuristic(
            handle, description, a, b, c, d, preference,
            wanted, results, out found);

    public cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream) =>
        CublasLtApi.cublasLtMatmul(
            handle, description, alpha, a, aLayout, b, bLayout, beta, c, cLayout,
            d, dLayout, algorithm, workspace, workspaceBytes, stream);
}
