using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>How cuBLASLt computes a product: types, transpositions, what it does with the result.</summary>
public sealed unsafe class MatmulDescription : CudaHandle
{
    private readonly ICublasLt _blas;

    public MatmulDescription(ICublasLt blas, cublasComputeType_t compute, cudaDataType_t scale)
    {
        _blas = blas;
        blas.Check(blas.cublasLtMatmulDescCreate(out nint description, compute, scale));
        SetHandle(description);
    }

    /// <param name="value">A value of the type that the C header gives.</param>
    public MatmulDescription Set<T>(cublasLtMatmulDescAttributes_t attribute, T value)
        where T : unmanaged
    {
        _blas.Check(
            _blas.cublasLtMatmulDescSetAttribute(Value, attribute, &value, (nuint)sizeof(T)),
            $"cublasLtMatmulDescSetAttribute({attribute}, {value})");
        return this;
    }

    protected override void Release() => _blas.cublasLtMatmulDescDestroy(handle);
}
