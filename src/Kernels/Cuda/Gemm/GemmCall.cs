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
/// <param name="Blocks">
/// Null; or the columns of D where another block of a block-diagonal B begins, two at most: of B, stored [N, K], the
/// blocks alone are there, and A [M, blocks K] has K columns for each.
/// </param>
internal readonly record struct GemmTerm(int K, GemmOperand A, GemmOperand B, int[]? Blocks = null)
{
    /// <summary>
    /// The term as products of columns <c>From</c> .. <c>To</c> - 1 of D [M, <paramref name="n"/>]: one for each block.
    /// </summary>
    public IEnumerable<(int From, int To, GemmTerm Term)> Parts(int n)
    {
        int[] starts = [0, .. Blocks ?? [], n];
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            var own = new GemmTerm(K, A.FromColumn(i * (long)K), Blocks is null ? B : B.From(starts[i]));
            yield return (starts[i], starts[i + 1], own);
        }
    }
}

/// <summary>N numbers, F32 or BF16.</summary>
internal readonly record struct GemmBias(ulong Address, DType Type)
{
    public static GemmBias? Of(Tensor? bias) => bias is null ? null : new((ulong)bias.Address, bias.Type);
}
