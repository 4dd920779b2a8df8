using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Products of few rows with a weight [N, K]: a decoding step. Reading the weights once is all the time it takes, so
/// nothing is packed: four rows of the weight meet up to four tokens in registers as dot products.
/// </summary>
internal static unsafe class DotProducts<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Rows of A up to which this is faster than <see cref="Gemm{S, V}.Run"/>.</summary>
    public const int FewRows = 8;

    /// <summary>Rows of the weight in a tile.</summary>
    private const int TileRows = 4;

    /// <summary>
    /// How far ahead of use a weight is prefetched: along its row where rows are long; where they are short, into the
    /// next four rows, since the processor's own prefetchers start anew at every row. Either way at most half of a
    /// first-level cache is spoken for.
    /// </summary>
    private const int PrefetchBytes = 4096;

    /// <summary>Tokens in a tile: accumulators, four weights and a token must fit 32 or 16 registers.</summary>
    private static int TileTokens => S.Count == 16 ? 4 : 2;

    /// <summary>
    /// C (=|+=) A B with A stored [M, K] and B stored [N, K]. The order of each sum depends on K alone.
    /// </summary>
    public static void Run(WorkerPool pool, in GemmArguments arguments)
    {
        GemmArguments g = arguments;
        int rows = Math.Clamp(g.N / 8 / TileRows * TileRows, TileRows, 256);
        pool.For((g.N + rows - 1) / rows, (task, _) =>
        {
            int first = task * rows, last = Math.Min(g.N, first + rows);
            for (int n = first; n < last; n += TileRows)
            {
                if (g.BType == DType.BF16)
                    Rows<Bf16Weights>(g, n);
                else
                    Rows<F32Weights>(g, n);
            }
        });
    }

    /// <summary>
    /// All tokens with the weight's rows n .. n + 3; past the last row the last is read again and its sum dropped.
    /// </summary>
    [SkipLocalsInit]
    private static void Rows<W>(in GemmArguments g, int n)
        where W : struct, IWeightType
    {
        int columns = Math.Min(TileRows, g.N - n);
        nint stride = g.StrideB * W.Size;
        byte* w0 = (byte*)g.B + (n * stride);
        byte* w1 = columns > 1 ? w0 + stride : w0;
        byte* w2 = columns > 2 ? w1 + stride : w1;
        byte* w3 = columns > 3 ? w2 + stride : w2;
        nint ahead = stride < PrefetchBytes ? TileRows * stride : PrefetchBytes;
        float* sums = stackalloc float[4 * TileRows];
        for (int m = 0; m < g.M; m += TileTokens)
        {
            float* x = g.A + (m * g.StrideA);
            int tokens = Math.Min(TileTokens, g.M - m);
            switch (tokens)
            {
                case 1:
                    Tile<Rows1, W>(g.K, x, g.StrideA, w0, w1, w2, w3, ahead, sums);
                    break;
                case 2:
                    Tile<Rows2, W>(g.K, x, g.StrideA, w0, w1, w2, w3, ahead, sums);
                    break;
                case 3:
                    Tile<Rows3, W>(g.K, x, g.StrideA, w0, w1, w2, w3, ahead, sums);
                    break;
                default:
                    Tile<Rows4, W>(g.K, x, g.StrideA, w0, w1, w2, w3, ahead, sums);
                    break;
            }

            for (int t = 0; t < tokens; t++)
            {
                float* c = g.C + ((m + t) * g.StrideC) + n;
                for (int j = 0; j < columns; j++)
                    c[j] = g.Accumulate ? c[j] + sums[(t * TileRows) + j] : sums[(t * TileRows) + j];
            }
        }
    }

    /// <summary>
    /// sums[4 t + j] = the sum over k of x[t, k] w_j[k]: by vectors, then across a vector, then what is left of k.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<T, W>(
        nint depth, float* x, nint stride, byte* w0, byte* w1, byte* w2, byte* w3, nint ahead, float* sums)
        where T : struct, ITileRows
        where W : struct, IWeightType
    {
        V s00 = S.Zero, s01 = S.Zero, s02 = S.Zero, s03 = S.Zero;
        V s10 = S.Zero, s11 = S.Zero, s12 = S.Zero, s13 = S.Zero;
        V s20 = S.Zero, s21 = S.Zero, s22 = S.Zero, s23 = S.Zero;
        V s30 = S.Zero, s31 = S.Zero, s32 = S.Zero, s33 = S.Zero;
        nint k = 0;
        for (; k + S.Count <= depth; k += S.Count)
        {
            nint at = k * W.Size;
            Prefetch.Line(w0 + at + ahead);
            Prefetch.Line(w1 + at + ahead);
            Prefetch.Line(w2 + at + ahead);
            Prefetch.Line(w3 + at + ahead);
            V p0 = W.Load<S, V>(w0 + at), p1 = W.Load<S, V>(w1 + at);
            V p2 = W.Load<S, V>(w2 + at), p3 = W.Load<S, V>(w3 + at);
            Step(S.Load(x + k), p0, p1, p2, p3, ref s00, ref s01, ref s02, ref s03);
            if (T.Count > 1)
                Step(S.Load(x + stride + k), p0, p1, p2, p3, ref s10, ref s11, ref s12, ref s13);
            if (T.Count > 2)
                Step(S.Load(x + (2 * stride) + k), p0, p1, p2, p3, ref s20, ref s21, ref s22, ref s23);
            if (T.Count > 3)
                Step(S.Load(x + (3 * stride) + k), p0, p1, p2, p3, ref s30, ref s31, ref s32, ref s33);
        }

        Sums(sums, s00, s01, s02, s03);
        if (T.Count > 1)
            Sums(sums + (1 * TileRows), s10, s11, s12, s13);
        if (T.Count > 2)
            Sums(sums + (2 * TileRows), s20, s21, s22, s23);
        if (T.Count > 3)
            Sums(sums + (3 * TileRows), s30, s31, s32, s33);
        for (; k < depth; k++)
        {
            for (int t = 0; t < T.Count; t++, sums += TileRows)
            {
                float token = x[(t * stride) + k];
                sums[0] = MathF.FusedMultiplyAdd(token, W.Load<ScalarSimd, float>(w0 + (k * W.Size)), sums[0]);
                sums[1] = MathF.FusedMultiplyAdd(token, W.Load<ScalarSimd, float>(w1 + (k * W.Size)), sums[1]);
                sums[2] = MathF.FusedMultiplyAdd(token, W.Load<ScalarSimd, float>(w2 + (k * W.Size)), sums[2]);
                sums[3] = MathF.FusedMultiplyAdd(token, W.Load<ScalarSimd, float>(w3 + (k * W.Size)), sums[3]);
            }

            sums -= T.Count * TileRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(V x, V p0, V p1, V p2, V p3, ref V s0, ref V s1, ref V s2, ref V s3)
    {
        s0 = S.FusedMultiplyAdd(x, p0, s0);
        s1 = S.FusedMultiplyAdd(x, p1, s1);
        s2 = S.FusedMultiplyAdd(x, p2, s2);
        s3 = S.FusedMultiplyAdd(x, p3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(float* sums, V s0, V s1, V s2, V s3)
    {
        sums[0] = S.Sum(s0);
        sums[1] = S.Sum(s1);
        sums[2] = S.Sum(s2);
        sums[3] = S.Sum(s3);
    }
}
