using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// D [M, N] = Alpha (op(A) [M, K] op(B) [K, N] + the second term) + bias + Beta D. D shares no memory with what is
/// read; with Beta = 0 it is not read.
/// </summary>
internal readonly record struct GemmCall(
    int M, int N, int K, GemmOperand A, GemmOperand B, GemmOperand D, float Alpha = 1, float Beta = 0)
{
    /// <summary>
    /// A second product whose sums go on where those of the first end, its operands of the first one's types and
    /// transposed alike.
    /// </summary>
    public GemmTerm? Second { get; init; }

    /// <summary>Added to every row of D.</summary>
    public GemmBias? Bias { get; init; }

    /// <summary>
    /// Rows that A and D have memory for, where those are more than M: what is computed behind M is of no use, and may
    /// be, so that a library meets fewer shapes.
    /// </summary>
    public int Room { get; init; }
}

/// <summary>op(A) [M, K] op(B) [K, N].</summary>
internal readonly record struct GemmTerm(int K, GemmOperand A, GemmOperand B);

/// <summary>N numbers, F32 or BF16.</summary>
internal readonly record struct GemmBias(ulong Address, DType Type)
{
    public static GemmBias? Of(Tensor? bias) => bias is null ? null : new((ulong)bias.Address, bias.Type);
}
