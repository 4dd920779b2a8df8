using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>What cuBLASLt may choose an algorithm from.</summary>
public sealed unsafe class MatmulPreference : CudaHandle
{
    private readonly ICublasLt _blas;

    public MatmulPreference(ICublasLt blas)
    {
        _blas = blas;
        blas.Check(blas.cublasLtMatmulPreferenceCreate(out nint preference));
        SetHandle(preference);
    }

    /// <param name="value">A value of the type that the C header gives.</param>
    public MatmulPreference Set<T>(cublasLtMatmulPreferenceAttributes_t attribute, T value)
        where T : unmanaged
    {
        _blas.Check(
            _blas.cublasLtMatmulPreferenceSetAttribute(Value, attribute, &value, (nuint)sizeof(T)),
            $"cublasLtMatmulPreferenceSetAttribute({attribute}, {value})");
        return this;
    }

    protected override void Release() => _blas.cublasLtMatmulPreferenceDestroy(handle);
}
