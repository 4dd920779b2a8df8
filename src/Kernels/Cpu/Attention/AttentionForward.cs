using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Flash attention (Dao 2023, algorithm 1) of one block of queries of the heads that share a key/value head. Pointers
/// are to the first token of a document and to the head group's first float in it.
/// </summary>
internal unsafe struct AttentionForward<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int KeyBlock = AttentionUnits.KeyBlock;

    public HeadGroup Group;
    public ProductKind Products;
    public float* Q;
    public float* K;
    public float* V0;
    public float* Y;

    /// <summary>Floats of a token.</summary>
    public nint QStride, KStride, VStride;

    /// <summary>Log-sum-exp, <see cref="LseStride"/> floats to a token.</summary>
    public float* Lse;
    public nint LseStride;

    /// <summary>Floats of a worker's workspace.</summary>
    public static long Workspace(in HeadGroup group, ProductKind products)
    {
        int rows = group.BlockRows, d = group.HeadDim;
        long product = Math.Max(
            Gemm<S, V>.SingleWorkspace(products, rows, KeyBlock, d),
            Gemm<S, V>.SingleWorkspace(products, rows, d, KeyBlock));
        return Align(2L * rows * d) + (long)rows * KeyBlock + Align(2L * rows) + Align(product);
    }

    /// <summary>Queries <paramref name="from"/> .. <paramref name="to"/> - 1: a block at most.</summary>
    public readonly void Run(int from, int to, float* workspace)
    {
        int d = Group.HeadDim, count = to - from, rows = count * Group.Count;
        float* q = workspace;
        float* o = q + (nint)Group.BlockRows * d;
        float* s = workspace + Align(2L * Group.BlockRows * d);
        float* m = s + (nint)Group.BlockRows * KeyBlock;
        float* l = m + Group.BlockRows;
        float* product = m + Align(2L * Group.BlockRows);
        RowMath<S, V>.CopyRows(Q + from * QStride, QStride, q, Group.Width, count, Group.Width);
        for (int j = 0; j < to; j += KeyBlock)
        {
            // The block on the diagonal is taken in strips of queries, each up to its own last key.
            int strip = j + KeyBlock < to ? count : AttentionUnits.Strip;
            for (int at = 0; at < count; at += strip)
            {
                int queries = Math.Min(strip, count - at);
                int columns = Math.Min(KeyBlock, from + at + queries - j);
                int first = at * Group.Count;
                Gemm<S, V>.RunSingle(Scores(queries * Group.Count, columns, q + (nint)first * d, j, s), product);
                var block = new ScoreBlock(queries * Group.Count, columns, Group.Count, from + at - j + 1);
                SoftmaxBlock<S, V>.Forward(block, s, Group.Scale, j == 0, m + first, l + first, o + (nint)first * d, d);
                Gemm<S, V>.RunSingle(Values(queries * Group.Count, columns, s, j, o + (nint)first * d), product);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            int token = from + r / Group.Count, head = r % Group.Count;
            RowMath<S, V>.Scale(o + (nint)r * d, 1 / l[r], Y + token * Group.QueryStride + (nint)head * d, d);
            Lse[token * LseStride + head] = m[r] + MathF.Log(l[r]);
        }
    }

    public static long Align(long floats) => (floats + 15) / 16 * 16;

    /// <summary>S = Q K^T.</summary>
    private readonly GemmArguments Scores(int rows, int columns, float* q, int key, float* s) => new()
    {
        Kind = Products,
        M = rows,
        N = columns,
        K = Group.HeadDim,
        A = q,
        StrideA = Group.HeadDim,
        B = K + key * KStride,
        StrideB = KStride,
        BType = DType.F32,
        C = s,
        StrideC = KeyBlock,
    };

    /// <summary>O += P V.</summary>
    private readonly GemmArguments Values(int rows, int columns, float* p, int key, float* o) => new()
    {
        Kind = Products,
        M = rows,
        N = Group.HeadDim,
        K = columns,
        A = p,
        StrideA = KeyBlock,
        B = V0 + key * VStride,
        StrideB = VStride,
        BRowsAreK = true,
        BType = DType.F32,
        C = o,
        StrideC = Group.HeadDim,
        Accumulate = key > 0,
    };
}
