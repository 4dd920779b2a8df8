using System.Runtime.CompilerServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>A cuBLASLt of which one call, counted from 0, returns a status instead of doing anything.</summary>
internal sealed unsafe class FailingCublasLt(ICublasLt inner, int failAt, cublasStatus_t status) : ICublasLt
{
    /// <summary>All but those that release, which nobody can be told about.</summary>
    public List<string> Calls { get; } = [];

    public string? cublasLtGetStatusName(cublasStatus_t of) => inner.cublasLtGetStatusName(of);

    public string? cublasLtGetStatusString(cublasStatus_t of) => inner.cublasLtGetStatusString(of);

    public nuint cublasLtGetVersion() => inner.cublasLtGetVersion();

    public cublasStatus_t cublasLtCreate(out nint handle)
    {
        handle = 0;
        return Fails() ? status : inner.cublasLtCreate(out handle);
    }

    public cublasStatus_t cublasLtDestroy(nint handle) => inner.cublasLtDestroy(handle);

    public cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType)
    {
        description = 0;
        return Fails() ? status : inner.cublasLtMatmulDescCreate(out description, computeType, scaleType);
    }

    public cublasStatus_t cublasLtMatmulDescDestroy(nint description) => inner.cublasLtMatmulDescDestroy(description);

    public cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes) =>
        Fails() ? status : inner.cublasLtMatmulDescSetAttribute(description, attribute, value, bytes);

    public cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension)
    {
        layout = 0;
        return Fails() ? status : inner.cublasLtMatrixLayoutCreate(out layout, type, rows, columns, leadingDimension);
    }

    public cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout) => inner.cublasLtMatrixLayoutDestroy(layout);

    public cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes) =>
        Fails() ? status : inner.cublasLtMatrixLayoutSetAttribute(layout, attribute, value, bytes);

    public cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference)
    {
        preference = 0;
        return Fails() ? status : inner.cublasLtMatmulPreferenceCreate(out preference);
    }

    public cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference) =>
        inner.cublasLtMatmulPreferenceDestroy(preference);

    public cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes) =>
        Fails() ? status : inner.cublasLtMatmulPreferenceSetAttribute(preference, attribute, value, bytes);

    public cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found)
    {
        found = 0;
        return Fails() ? status : inner.cublasLtMatmulAlgoGetHeuristic(
            handle, description, a, b, c, d, preference, wanted, results, out found);
    }

    public cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream) => Fails() ? status : inner.cublasLtMatmul(
            handle, description, alpha, a, aLayout, b, bLayout, beta, c, cLayout, d, dLayout, algorithm, workspace,
            workspaceBytes, stream);

    private bool Fails([CallerMemberName] string call = "")
    {
        Calls.Add(call);
        return Calls.Count - 1 == failAt;
    }
}
