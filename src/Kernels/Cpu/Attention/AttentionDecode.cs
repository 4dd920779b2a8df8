using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Attention of a few new tokens over a cache, where reading keys and values once is all the cost (flash decoding):
/// pieces of the cache are taken by themselves, each with its maximum, sum and unnormalised output, and joined in
/// order.
/// </summary>
internal unsafe struct AttentionDecode<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Cache entries in a piece.</summary>
    public const int Piece = 256;

    /// <summary>New tokens up to which this path is taken; more amortise the packing of matrix products.</summary>
    public const int MaxTokens = 4;

    public HeadGroup Group;

    /// <summary>New tokens.</summary>
    public int Tokens;

    /// <summary>Where in the cache new token 0 stands.</summary>
    public int Start;
    public float* Q;
    public float* K;
    public float* V0;
    public float* Y;

    public readonly int Pieces => (Start + Tokens + Piece - 1) / Piece;

    /// <summary>Floats that one piece of one key/value head leaves: maximum, sum and output of each row.</summary>
    public readonly long PartialSize => (long)Tokens * Group.Count * (Group.HeadDim + 2);

    /// <summary>One piece of the cache for key/value head <paramref name="head"/>.</summary>
    /// <param name="scores">Workspace of <see cref="Piece"/> + 16 floats.</param>
    public readonly void RunPiece(int head, int piece, float* partial, float* scores)
    {
        int d = Group.HeadDim;
        for (int row = 0; row < Tokens * Group.Count; row++, partial += d + 2)
        {
            int from = piece * Piece;
            int count = Math.Min(Piece, Start + row / Group.Count + 1 - from);
            new Span<float>(partial, d + 2).Clear();
            partial[0] = float.NegativeInfinity;
            if (count <= 0)
                continue;
            float* q = Q + Offset(head, row);
            float* k = K + from * Group.KeyStride + (nint)head * d;
            for (int j = 0; j < count; j++)
                scores[j] = RowMath<S, V>.Dot(q, k + j * Group.KeyStride, d);
            SoftmaxBlock<S, V>.Row(scores, count, Group.Scale, out partial[0], out partial[1]);
            float* v = V0 + from * Group.KeyStride + (nint)head * d;
            for (int j = 0; j < count; j++)
                RowMath<S, V>.AddScaled(v + j * Group.KeyStride, scores[j], partial + 2, d);
        }
    }

    /// <summary>Joins the pieces of a head into its rows of y.</summary>
    public readonly void Join(int head, float* partials)
    {
        int d = Group.HeadDim;
        for (int row = 0; row < Tokens * Group.Count; row++)
        {
            float* first = partials + (nint)row * (d + 2);
            float maximum = float.NegativeInfinity;
            for (int p = 0; p < Pieces; p++)
                maximum = Math.Max(maximum, first[p * (nint)PartialSize]);
            float* y = Y + Offset(head, row);
            new Span<float>(y, d).Clear();
            float sum = 0;
            for (int p = 0; p < Pieces; p++)
            {
                float* part = first + p * (nint)PartialSize;
                float weight = MathF.Exp(part[0] - maximum);
                sum = MathF.FusedMultiplyAdd(weight, part[1], sum);
                RowMath<S, V>.AddScaled(part + 2, weight, y, d);
            }

            RowMath<S, V>.Scale(y, 1 / sum, y, d);
        }
    }

    /// <summary>Where a row of a key/value head's group begins in q and y.</summary>
    private readonly nint Offset(int head, int row)
    {
        nint queryHead = (nint)head * Group.Count + row % Group.Count;
        return row / Group.Count * Group.QueryStride + queryHead * Group.HeadDim;
    }
}
