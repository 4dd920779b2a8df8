using System.Runtime.CompilerServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>A cuBLASLt that multiplies nothing.</summary>
public sealed unsafe class FakeCublasLt(FaultPlan plan) : ICublasLt
{
    public float Alpha { get; private set; }

    public float Beta { get; private set; }

    /// <summary>Attributes that were set, with the bytes of their values.</summary>
    public List<(Enum Attribute, byte[] Value)> Set { get; } = [];

    public string? cublasLtGetStatusName(cublasStatus_t status) => $"{status}";

    public string? cublasLtGetStatusString(cublasStatus_t status) => "words of the library";

    public nuint cublasLtGetVersion() => 120605;

    public cublasStatus_t cublasLtCreate(out nint handle) => Create("handle", out handle);

    public cublasStatus_t cublasLtDestroy(nint handle) => Destroy("handle", handle);

    public cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType) =>
        Create("description", out description);

    public cublasStatus_t cublasLtMatmulDescDestroy(nint description) => Destroy("description", description);

    public cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes) =>
        Keep(attribute, value, bytes);

    public cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension) =>
        Create("layout", out layout);

    public cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout) => Destroy("layout", layout);

    public cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes) =>
        Keep(attribute, value, bytes);

    public cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference) => Create("preference", out preference);

    public cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference) => Destroy("preference", preference);

    public cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes) =>
        Keep(attribute, value, bytes);

    /// <summary>Algorithms that work, of two.</summary>
    public int Working { get; init; } = 1;

    /// <summary>Finds two.</summary>
    public cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found)
    {
        found = Math.Min(2, wanted);
        for (int i = 0; i < found; i++)
        {
            results[i] = new cublasLtMatmulHeuristicResult_t { workspaceSize = 64 };
            results[i].algo[0] = (ulong)i + 7;
            if (i >= Working)
                results[i].state = cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
        }

        return Call();
    }

    public cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream)
    {
        (Alpha, Beta) = (*(float*)alpha, *(float*)beta);
        return Call();
    }

    private cublasStatus_t Keep(Enum attribute, void* value, nuint bytes, [CallerMemberName] string call = "")
    {
        Set.Add((attribute, new ReadOnlySpan<byte>(value, (int)bytes).ToArray()));
        return Call(call);
    }

    private cublasStatus_t Create(string kind, out nint made, [CallerMemberName] string call = "")
    {
        cublasStatus_t status = Call(call);
        made = status == cublasStatus_t.CUBLAS_STATUS_SUCCESS ? plan.Make(kind) : 0;
        return status;
    }

    private cublasStatus_t Destroy(string kind, nint released, [CallerMemberName] string call = "")
    {
        plan.Remove(kind, released);
        return Call(call);
    }

    private cublasStatus_t Call([CallerMemberName] string call = "") =>
        plan.Fails(call) ? cublasStatus_t.CUBLAS_STATUS_INTERNAL_ERROR : cublasStatus_t.CUBLAS_STATUS_SUCCESS;
}
