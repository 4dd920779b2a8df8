using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>A matrix in device memory, row-major.</summary>
/// <param name="Type">F32 or BF16.</param>
/// <param name="Stride">Elements from one stored row to the next.</param>
/// <param name="Transposed">Rows and columns are exchanged where it is used: stored [columns, rows].</param>
internal readonly record struct GemmOperand(ulong Address, DType Type, int Stride, bool Transposed = false)
{
    /// <summary>A tensor of two dimensions, whole; columns of a wider one as they lie.</summary>
    public static GemmOperand Of(Tensor x, bool transposed = false) =>
        new((ulong)x.Address, x.Type, checked((int)x.Stride), transposed);

    /// <summary>The same matrix from a stored row on.</summary>
    public GemmOperand From(long row) =>
        this with { Address = Address + (ulong)(row * Stride * Type.Size()) };

    /// <summary>The same matrix from a stored column on.</summary>
    public GemmOperand FromColumn(long column) => this with { Address = Address + (ulong)(column * Type.Size()) };

    /// <summary>Whether the address and every stored row's are multiples of so many bytes.</summary>
    public bool IsAligned(int bytes) => Address % (ulong)bytes == 0 && Stride * (long)Type.Size() % bytes == 0;
}
