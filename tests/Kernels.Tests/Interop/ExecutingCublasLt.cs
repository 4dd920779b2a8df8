using System.Runtime.CompilerServices;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>
/// A cuBLASLt that does what its descriptors say, literally: column-major matrices in a driver's memory, multiplied on
/// the host in float64 and rounded once. It keeps what it was asked for, and is strict: whatever the library's manual
/// forbids is an error.
/// </summary>
internal sealed unsafe class ExecutingCublasLt(ICudaDriver driver) : ICublasLt
{
    private readonly Dictionary<nint, object> _objects = [];
    private nint _next = 1;

    /// <summary>Products that were executed, and with which algorithm.</summary>
    public List<(long M, long N, long K, ulong Algorithm)> Products { get; } = [];

    public int Heuristics { get; private set; }

    /// <summary>Products that had a bias added to them.</summary>
    public int Biases { get; private set; }

    /// <summary>Products of this type are refused.</summary>
    public cudaDataType_t? Unsupported { get; set; }

    /// <summary>Algorithms that the heuristic offers of a shape.</summary>
    public int Offers { get; init; } = 1;

    /// <summary>
    /// Products whose first element is off by one: of D's type, with or without beta; none by default.
    /// </summary>
    public Func<cudaDataType_t, float, bool> IsWrong { get; init; } = (_, _) => false;

    public int Alive => _objects.Count;

    public string? cublasLtGetStatusName(cublasStatus_t status) => $"{status}";

    public string? cublasLtGetStatusString(cublasStatus_t status) => "words of the library";

    public nuint cublasLtGetVersion() => 120605;

    public cublasStatus_t cublasLtCreate(out nint handle) => Keep("handle", out handle);

    public cublasStatus_t cublasLtDestroy(nint handle) => Forget(handle);

    public cublasStatus_t cublasLtMatmulDescCreate(
        out nint description, cublasComputeType_t computeType, cudaDataType_t scaleType)
    {
        Assert.Equal((cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType_t.CUDA_R_32F), (computeType, scaleType));
        return Keep(new Description(), out description);
    }

    public cublasStatus_t cublasLtMatmulDescDestroy(nint description) => Forget(description);

    public cublasStatus_t cublasLtMatmulDescSetAttribute(
        nint description, cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes)
    {
        var of = (Description)_objects[description];
        bool isAddress = attribute == cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER;
        Assert.Equal((nuint)(isAddress ? sizeof(ulong) : sizeof(int)), bytes);
        bool isTransposed = *(cublasOperation_t*)value == cublasOperation_t.CUBLAS_OP_T;
        if (isAddress)
            of.Bias = *(ulong*)value;
        else if (attribute == cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE)
            of.HasBias = *(cublasLtEpilogue_t*)value == cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS;
        else if (attribute == cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA)
            of.TransposedA = isTransposed;
        else if (attribute == cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB)
            of.TransposedB = isTransposed;
        else
            Assert.Fail($"{attribute} is not known here");
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    public cublasStatus_t cublasLtMatrixLayoutCreate(
        out nint layout, cudaDataType_t type, ulong rows, ulong columns, long leadingDimension) =>
        Keep(new Layout(type, (long)rows, (long)columns, leadingDimension), out layout);

    public cublasStatus_t cublasLtMatrixLayoutDestroy(nint layout) => Forget(layout);

    public cublasStatus_t cublasLtMatrixLayoutSetAttribute(
        nint layout, cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes) =>
        throw new NotSupportedException($"{attribute}");

    public cublasStatus_t cublasLtMatmulPreferenceCreate(out nint preference) =>
        Keep(new Dictionary<cublasLtMatmulPreferenceAttributes_t, ulong>(), out preference);

    public cublasStatus_t cublasLtMatmulPreferenceDestroy(nint preference) => Forget(preference);

    public cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
        nint preference, cublasLtMatmulPreferenceAttributes_t attribute, void* value, nuint bytes)
    {
        bool isLong = attribute == cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
        Assert.Equal((nuint)(isLong ? sizeof(ulong) : sizeof(uint)), bytes);
        Preference(preference)[attribute] = isLong ? *(ulong*)value : *(uint*)value;
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    /// <summary>Algorithms are told apart by a number; they keep the alignments that they were chosen for.</summary>
    public cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted,
        cublasLtMatmulHeuristicResult_t* results, out int found)
    {
        found = 0;
        Sizes((Description)_objects[description], Of(a), Of(b), Of(c), Of(d));
        if (Of(a).Type == Unsupported)
            return cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
        Assert.Equal(
            2ul, Preference(preference)[
                cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK]);
        Heuristics++;
        found = Math.Min(Offers, wanted);
        for (int i = 0; i < found; i++)
        {
            ref cublasLtMatmulHeuristicResult_t result = ref results[i];
            result = new cublasLtMatmulHeuristicResult_t
            {
                workspaceSize = (nuint)Preference(preference)[
                    cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES],
            };
            result.algo[0] = Offers == 1 ? (ulong)Heuristics : (ulong)i;
            result.algo[1] = Alignment(
                cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
            result.algo[2] = Alignment(
                cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
            result.algo[3] = Alignment(
                cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
        }

        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;

        // Without a word about it the library takes 256.
        ulong Alignment(cublasLtMatmulPreferenceAttributes_t of) => Preference(preference).GetValueOrDefault(of, 256ul);
    }

    public cublasStatus_t cublasLtMatmul(
        nint handle, nint description, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c,
        nint cLayout, ulong d, nint dLayout, cublasLtMatmulAlgo_t* algorithm, ulong workspace, nuint workspaceBytes,
        nint stream)
    {
        Layout la = Of(aLayout), lb = Of(bLayout), ld = Of(dLayout);
        var of = (Description)_objects[description];
        (long m, long n, long k) = Sizes(of, la, lb, Of(cLayout), ld);
        Assert.Equal((0ul, 0ul, 0ul), (a % (*algorithm)[1], b % (*algorithm)[2], d % (*algorithm)[3]));
        Assert.Equal(((nuint)(32 << 20), c), (workspaceBytes, d));
        Products.Add((m, n, k, (*algorithm)[0]));
        driver.cuStreamSynchronize(stream);
        double[] x = Read(a, la), y = Read(b, lb), z = *(float*)beta == 0 ? new double[ld.Count] : Read(d, ld);
        double[] bias = of.HasBias ? Read(of.Bias, ld with { Columns = 1, Leading = m }) : new double[m];
        Biases += of.HasBias ? 1 : 0;
        for (long i = 0; i < m; i++)
        {
            for (long j = 0; j < n; j++)
            {
                double sum = 0;
                for (long l = 0; l < k; l++)
                    sum += x[la.At(i, l, of.TransposedA)] * y[lb.At(l, j, of.TransposedB)];
                ref double to = ref z[ld.At(i, j, false)];
                to = (*(float*)alpha * sum) + (*(float*)beta * to) + bias[i];
            }
        }

        if (IsWrong(ld.Type, *(float*)beta))
            z[0]++;
        Write(d, ld, z);
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    private static (long M, long N, long K) Sizes(Description of, Layout a, Layout b, Layout c, Layout d)
    {
        (long m, long k) = of.TransposedA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        (long depth, long n) = of.TransposedB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        Assert.Equal((k, m, n), (depth, d.Rows, d.Columns));
        Assert.Equal((a.Type, d), (b.Type, c));
        return (m, n, k);
    }

    private double[] Read(ulong address, Layout layout)
    {
        var values = new double[layout.Count];
        if (layout.Type == cudaDataType_t.CUDA_R_16BF)
            values = Array.ConvertAll(Bytes<ushort>(address, layout), v => (double)Bf16.Widen(v));
        else
            values = Array.ConvertAll(Bytes<float>(address, layout), v => (double)v);
        return values;
    }

    private T[] Bytes<T>(ulong address, Layout layout)
        where T : unmanaged
    {
        var values = new T[layout.Count];
        fixed (T* to = values)
        {
            // Column by column: what lies between them may never have been written.
            for (long j = 0; j < layout.Columns; j++)
            {
                CUresult status = driver.cuMemcpyDtoH(
                    to + (j * layout.Leading), address + (ulong)(j * layout.Leading * sizeof(T)),
                    (nuint)(layout.Rows * sizeof(T)));
                Assert.Equal(CUresult.CUDA_SUCCESS, status);
            }
        }

        return values;
    }

    private void Write(ulong address, Layout layout, double[] values)
    {
        if (layout.Type == cudaDataType_t.CUDA_R_16BF)
            Put(Array.ConvertAll(values, v => Bf16.Round((float)v)));
        else
            Put(Array.ConvertAll(values, v => (float)v));

        void Put<T>(T[] stored)
            where T : unmanaged
        {
            fixed (T* from = stored)
            {
                for (long j = 0; j < layout.Columns; j++)
                {
                    CUresult status = driver.cuMemcpyHtoD(
                        address + (ulong)(j * layout.Leading * sizeof(T)), from + (j * layout.Leading),
                        (nuint)(layout.Rows * sizeof(T)));
                    Assert.Equal(CUresult.CUDA_SUCCESS, status);
                }
            }

            driver.cuStreamSynchronize(0);
        }
    }

    private Layout Of(nint layout) => (Layout)_objects[layout];

    private Dictionary<cublasLtMatmulPreferenceAttributes_t, ulong> Preference(nint preference) =>
        (Dictionary<cublasLtMatmulPreferenceAttributes_t, ulong>)_objects[preference];

    private cublasStatus_t Keep(object made, out nint handle)
    {
        handle = _next++;
        _objects.Add(handle, made);
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    private cublasStatus_t Forget(nint handle, [CallerMemberName] string call = "")
    {
        Assert.True(_objects.Remove(handle), $"{call}: {handle} is not alive");
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    private sealed class Description
    {
        public bool TransposedA { get; set; }

        public bool TransposedB { get; set; }

        public bool HasBias { get; set; }

        public ulong Bias { get; set; }
    }

    /// <summary>Column-major.</summary>
    private sealed record Layout(cudaDataType_t Type, long Rows, long Columns, long Leading)
    {
        public long Count => ((Columns - 1) * Leading) + Rows;

        public long At(long row, long column, bool isTransposed) =>
            isTransposed ? (row * Leading) + column : (column * Leading) + row;
    }
}
