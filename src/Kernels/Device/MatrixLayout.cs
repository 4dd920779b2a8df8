using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>How a matrix of a cuBLASLt product lies in memory: column-major, columns leadingDimension apart.</summary>
public sealed unsafe class MatrixLayout : CudaHandle
{
    private readonly ICublasLt _blas;

    /// <param name="leadingDimension">In elements, at least <paramref name="rows"/>.</param>
    public MatrixLayout(ICublasLt blas, cudaDataType_t type, long rows, long columns, long leadingDimension)
    {
        if (rows < 1 || columns < 1 || leadingDimension < rows)
        {
            throw new ArgumentException(
                $"matrix layout: expected at least 1 x 1 and a leading dimension of at least the rows, got {rows} x "
                + $"{columns}, {leadingDimension}");
        }

        _blas = blas;
        blas.Check(blas.cublasLtMatrixLayoutCreate(
            out nint layout, type, (ulong)rows, (ulong)columns, leadingDimension));
        SetHandle(layout);
    }

    /// <param name="value">A value of the type that the C header gives.</param>
    public MatrixLayout Set<T>(cublasLtMatrixLayoutAttribute_t attribute, T value)
        where T : unmanaged
    {
        _blas.Check(
            _blas.cublasLtMatrixLayoutSetAttribute(Value, attribute, &value, (nuint)sizeof(T)),
            $"cublasLtMatrixLayoutSetAttribute({attribute}, {value})");
        return this;
    }

    protected override void Release() => _blas.cublasLtMatrixLayoutDestroy(handle);
}
