using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// A block of scores [R, C] in rows of <see cref="AttentionUnits.KeyBlock"/> floats. Row r belongs to the query r /
/// group of the block, which sees the block's first FirstVisible + r / group keys; FirstVisible is at least 1.
/// </summary>
internal readonly record struct ScoreBlock(int Rows, int Columns, int Group, int FirstVisible)
{
    /// <summary>Keys of the block that row <paramref name="r"/> sees: 1 .. Columns.</summary>
    public int Visible(int r) => Math.Min(Columns, FirstVisible + r / Group);
}

/// <summary>The passes of attention over a block of scores, forward and backward.</summary>
internal static unsafe class SoftmaxBlock<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int Stride = AttentionUnits.KeyBlock;

    private const int RowsAtOnce = 8;

    /// <summary>
    /// One step of the online softmax (Milakov and Gimelshein 2018): scores become exp(scale s - m), 0 where masked,
    /// with the running maximum m; the running sum l and the rows of o [R, D] so far are brought to the new maximum.
    /// </summary>
    public static void Forward(
        in ScoreBlock block, float* s, float scale, bool first, float* m, float* l, float* o, int d)
    {
        // Maxima of a few rows first: the exponentials of a row would wait for its own.
        float* maxima = stackalloc float[RowsAtOnce];
        for (int from = 0; from < block.Rows; from += RowsAtOnce)
        {
            int to = Math.Min(from + RowsAtOnce, block.Rows);
            for (int r = from; r < to; r++)
            {
                float* row = s + (nint)r * Stride;
                int visible = block.Visible(r);
                Fill(row, visible, visible, float.NegativeInfinity);
                float maximum = scale * Maximum(row, visible);
                maxima[r - from] = first ? maximum : Math.Max(m[r], maximum);
            }

            for (int r = from; r < to; r++)
            {
                float* row = s + (nint)r * Stride;
                int visible = block.Visible(r);
                float sum = Exponentials(row, visible, scale, maxima[r - from]);
                Fill(row, visible, block.Columns, 0);
                Add(sum, maxima[r - from], first, ref m[r], ref l[r], o + (nint)r * d, d);
            }
        }
    }

    /// <summary>
    /// Takes a block's sum into a row's running sum, after bringing that and the row of o to the new maximum.
    /// </summary>
    private static void Add(float sum, float maximum, bool first, ref float m, ref float l, float* o, int d)
    {
        float old = m;
        m = maximum;
        if (first)
        {
            l = sum;
        }
        else if (maximum != old)
        {
            float correction = MathF.Exp(old - maximum);
            l = MathF.FusedMultiplyAdd(l, correction, sum);
            RowMath<S, V>.Scale(o, correction, o, d);
        }
        else
        {
            l += sum;
        }
    }

    /// <summary>
    /// Softmax of one row of n scores by itself, unnormalised: exp(scale s - m), its maximum m and sum.
    /// </summary>
    /// <param name="row">Padded to whole vectors.</param>
    public static void Row(float* row, int n, float scale, out float maximum, out float sum)
    {
        Fill(row, n, n, float.NegativeInfinity);
        maximum = scale * Maximum(row, n);
        sum = Exponentials(row, n, scale, maximum);
    }

    /// <summary>
    /// Scores become P = exp(scale s - lse), and dP becomes dS = scale P (dP - delta); both 0 where masked
    /// (FlashAttention-2, algorithm 2, with delta = sum dy y).
    /// </summary>
    public static void Backward(in ScoreBlock block, float* s, float* dp, float scale, float* lse, float* delta)
    {
        V factor = S.Broadcast(scale);
        for (int r = 0; r < block.Rows; r++)
        {
            float* row = s + (nint)r * Stride;
            float* drow = dp + (nint)r * Stride;
            int visible = block.Visible(r);
            V shift = S.Broadcast(-lse[r]), mean = S.Broadcast(delta[r]);
            for (int j = 0; j < visible; j += S.Count)
            {
                V p = SimdMath.ExpOfScore<S, V>(S.FusedMultiplyAdd(S.Load(row + j), factor, shift));
                S.Store(row + j, p);
                S.Store(drow + j, S.Multiply(S.Multiply(p, factor), S.Subtract(S.Load(drow + j), mean)));
            }

            Fill(row, visible, block.Columns, 0);
            Fill(drow, visible, block.Columns, 0);
        }
    }

    /// <summary>Maximum of the first n of a row that is padded to whole vectors with what is not more.</summary>
    private static float Maximum(float* row, int n)
    {
        V maximum = S.Load(row);
        for (int j = S.Count; j < n; j += S.Count)
            maximum = S.Max(maximum, S.Load(row + j));
        return S.MaxAcross(maximum);
    }

    /// <summary>
    /// exp(scale s - maximum) over the first n of a row, padded to whole vectors with -infinity; returns the sum.
    /// </summary>
    private static float Exponentials(float* row, int n, float scale, float maximum)
    {
        V factor = S.Broadcast(scale), shift = S.Broadcast(-maximum), sum = S.Zero;
        for (int j = 0; j < n; j += S.Count)
        {
            V p = SimdMath.ExpOfScore<S, V>(S.FusedMultiplyAdd(S.Load(row + j), factor, shift));
            S.Store(row + j, p);
            sum = S.Add(sum, p);
        }

        return S.Sum(sum);
    }

    /// <summary>
    /// Sets columns from <paramref name="visible"/> to the end of the last whole vector or of the block, whichever is
    /// later.
    /// </summary>
    private static void Fill(float* row, int visible, int columns, float value)
    {
        int end = Math.Max(columns, (visible + S.Count - 1) / S.Count * S.Count);
        if (end > visible)
            new Span<float>(row + visible, end - visible).Fill(value);
    }
}
