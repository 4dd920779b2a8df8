using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>The descriptors of a shape's product, and the algorithm that was chosen for it.</summary>
internal sealed class CublasLtPlan : IDisposable
{
    /// <summary>
    /// CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE: sums over k that are taken in parts stay fp32 until they are added.
    /// </summary>
    private const uint ReduceInComputeType = 2;

    private CublasLtPlan(MatmulDescription description, MatrixLayout a, MatrixLayout b, MatrixLayout d)
    {
        (Description, A, B, D) = (description, a, b, d);
    }

    public MatmulDescription Description { get; }

    public MatrixLayout A { get; }

    public MatrixLayout B { get; }

    public MatrixLayout D { get; }

    /// <summary>What the library's heuristic offers, the one that it takes for the best first.</summary>
    public IReadOnlyList<cublasLtMatmulAlgo_t> Offered { get; private set; } = [];

    /// <summary>One of those.</summary>
    public cublasLtMatmulAlgo_t Algorithm { get; set; }

    /// <summary>Asks the library's heuristic; null where it has no such product.</summary>
    /// <param name="wanted">Algorithms to be offered, at most.</param>
    public static CublasLtPlan? Make(
        ICublasLt library, CublasLt blas, in CublasLtShape shape, nuint workspaceBytes, int wanted)
    {
        CublasLtPlan plan = Describe(library, shape);
        try
        {
            using MatmulPreference preference = Preference(library, shape, workspaceBytes);
            IReadOnlyList<cublasLtMatmulHeuristicResult_t> found = blas.Algorithms(
                plan.Description, plan.B, plan.A, plan.D, plan.D, preference, wanted);
            if (found.Count > 0)
            {
                plan.Offered = [.. found.Select(f => f.algo)];
                plan.Algorithm = plan.Offered[0];
                return plan;
            }
        }
        catch
        {
            plan.Dispose();
            throw;
        }

        plan.Dispose();
        return null;
    }

    public void Dispose() => Disposal.Of(Description, A, B, D);

    /// <summary>
    /// D' [N, M] = B' A': the library's first operand is our B. What is stored [K, N] is its [N, K] as it is, and what
    /// is stored [N, K] its [K, N], to be transposed; so it is with A.
    /// </summary>
    private static CublasLtPlan Describe(ICublasLt library, in CublasLtShape s)
    {
        var made = new Stack<IDisposable>();
        try
        {
            MatmulDescription description = Keep(new MatmulDescription(
                library, cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType_t.CUDA_R_32F));
            description
                .Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, Operation(s.BTransposed))
                .Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB, Operation(s.ATransposed));
            if (s.AlignmentBias > 0)
            {
                // The heuristic takes the address for its alignment; each product has its own.
                description
                    .Set(
                        cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE,
                        (uint)cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS)
                    .Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, (ulong)s.AlignmentBias);
            }

            MatrixLayout a = Keep(s.ATransposed
                ? new MatrixLayout(library, Type(s.Type), s.M, s.K, s.StrideA)
                : new MatrixLayout(library, Type(s.Type), s.K, s.M, s.StrideA));
            MatrixLayout b = Keep(s.BTransposed
                ? new MatrixLayout(library, Type(s.Type), s.K, s.N, s.StrideB)
                : new MatrixLayout(library, Type(s.Type), s.N, s.K, s.StrideB));
            MatrixLayout d = Keep(new MatrixLayout(library, Type(s.TypeD), s.N, s.M, s.StrideD));
            return new CublasLtPlan(description, a, b, d);
        }
        catch
        {
            Disposal.Of(made);
            throw;
        }

        T Keep<T>(T one)
            where T : IDisposable
        {
            made.Push(one);
            return one;
        }
    }

    private static MatmulPreference Preference(ICublasLt library, in CublasLtShape s, nuint workspaceBytes)
    {
        var preference = new MatmulPreference(library);
        try
        {
            return preference
                .Set(
                    cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                    (ulong)workspaceBytes)
                .Set(
                    cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                    ReduceInComputeType)
                .Set(cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, s.AlignmentB)
                .Set(cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, s.AlignmentA)
                .Set(cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, s.AlignmentD)
                .Set(cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, s.AlignmentD);
        }
        catch
        {
            preference.Dispose();
            throw;
        }
    }

    private static cublasOperation_t Operation(bool transposed) =>
        transposed ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N;

    private static cudaDataType_t Type(DType type) =>
        type == DType.BF16 ? cudaDataType_t.CUDA_R_16BF : cudaDataType_t.CUDA_R_32F;
}
