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

    /// <summary>
    /// The second term as products of their own, without a bias: one for each block of it, of that block's columns of
    /// D.
    /// </summary>
    public IEnumerable<GemmCall> OfSecond()
    {
        if (Second is not { K: > 0 } term)
            yield break;
        int[] starts = [0, .. term.Blocks ?? [], N];
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            yield return this with
            {
                N = starts[i + 1] - starts[i],
                K = term.K,
                A = term.A.FromColumn(i * (long)term.K),
                B = term.Blocks is null ? term.B : term.B.From(starts[i]),
                D = D.FromColumn(starts[i]),
                Second = null,
                Bias = null,
            };
        }
    }
}

/// <summary>op(A) [M, K] op(B) [K, N].</summary>
/// <param name="Blocks">
/// Null; or the columns of D where another block of a block-diagonal B begins, two at most: of B, stored [N, K], the
/// blocks alone are there, and A [M, blocks K] has K columns for each.
/// </param>
internal readonly record struct GemmTerm(int K, GemmOperand A, GemmOperand B, int[]? Blocks = null);

/// <summary>N numbers, F32 or BF16.</summary>
internal readonly record struct GemmBias(ulong Address, DType Type)
{
    public static GemmBias? Of(Tensor? bias) => bias is null ? null : new((ulong)bias.Address, bias.Type);
}
