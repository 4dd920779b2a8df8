using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>cuBLASLt at work in a context.</summary>
/// <param name="blas">The library.</param>
public sealed unsafe class CublasLt(CudaContext context, ICublasLt blas)
    : CudaResource(context, _ => Create(blas))
{
    /// <summary>
    /// The algorithms that the library would use for D = op(A) op(B) [+ C], the best first. One that is kept and given
    /// to <see cref="Matmul"/> each time repeats a product to the bit.
    /// </summary>
    /// <returns>At most <paramref name="wanted"/>; none where the library supports no such product.</returns>
    public IReadOnlyList<cublasLtMatmulHeuristicResult_t> Algorithms(
        MatmulDescription description, MatrixLayout a, MatrixLayout b, MatrixLayout c, MatrixLayout d,
        MatmulPreference preference, int wanted)
    {
        Context.MakeCurrent();
        var results = new cublasLtMatmulHeuristicResult_t[wanted];
        int found;
        fixed (cublasLtMatmulHeuristicResult_t* first = results)
        {
            cublasStatus_t status = blas.cublasLtMatmulAlgoGetHeuristic(
                Value, description.Value, a.Value, b.Value, c.Value, d.Value, preference.Value, wanted, first,
                out found);
            if (status == cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED)
                return [];
            blas.Check(status, "cublasLtMatmulAlgoGetHeuristic(handle, description, a, b, c, d, preference)");
        }

        GC.KeepAlive((description, a, b, c, d, preference, this));
        return [.. results.Take(found).Where(r => r.state == cublasStatus_t.CUBLAS_STATUS_SUCCESS)];
    }

    /// <summary>
    /// Queues D = alpha op(A) op(B) + beta C. The matrices and the workspace must live until the stream has passed it;
    /// no other work may use the workspace meanwhile. C and D may be the same matrix.
    /// </summary>
    public void Matmul(
        MatmulDescription description, float alpha, (ulong Address, MatrixLayout Layout) a,
        (ulong Address, MatrixLayout Layout) b, float beta, (ulong Address, MatrixLayout Layout) c,
        (ulong Address, MatrixLayout Layout) d, cublasLtMatmulAlgo_t algorithm, DeviceMemory workspace,
        CudaStream stream)
    {
        Context.MakeCurrent();
        blas.Check(
            blas.cublasLtMatmul(
                Value, description.Value, &alpha, a.Address, a.Layout.Value, b.Address, b.Layout.Value, &beta,
                c.Address, c.Layout.Value, d.Address, d.Layout.Value, &algorithm, workspace.Address, workspace.Bytes,
                stream.Value),
            "cublasLtMatmul(handle, description, alpha, a, b, beta, c, d, algorithm, workspace, stream)");
        GC.KeepAlive((description, a.Layout, b.Layout, c.Layout, d.Layout, workspace, stream));
        GC.KeepAlive(this);
    }

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => blas.cublasLtDestroy(native);

    private static nint Create(ICublasLt blas)
    {
        blas.Check(blas.cublasLtCreate(out nint handle));
        return handle;
    }
}
