using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// The inner kernel of <see cref="RowDots{S, V}"/>: R rows of A by four rows of weights, a vector of partial sums for
/// each pair. With 512-bit vectors 6 rows take 24 of the 32 registers, with 256-bit ones 2 rows 8 of 16; four vectors
/// of weights and one of A take five more.
/// </summary>
internal static unsafe class RowDotTile<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Rows of weights, which are columns of C.</summary>
    public const int Columns = 4;

    /// <summary>Elements of the widest vector.</summary>
    private const int MostCount = 16;

    /// <summary>Rows of A of a tile, at most.</summary>
    public static int MaxRows => S.Count == 16 ? 6 : 2;

    /// <summary>Elements of k in a step.</summary>
    private static int Step => 2 * S.Count;

    /// <summary>Floats that a row of a block takes where it is laid out: whole steps.</summary>
    public static nint RowFloats(int depth) => (depth + Step - 1) / Step * Step;

    /// <summary>
    /// Lays out a block of rows of A: step by step, the first vectors of all rows, then the second ones. Zeros follow
    /// where the block ends amid a step.
    /// </summary>
    [SkipLocalsInit]
    public static void LayOut<W>(in GemmArguments g, int first, int rows, int start, int depth, float* to)
        where W : struct, IRowPairs<S, V>
    {
        float* end = stackalloc float[2 * MostCount];
        int half = rows * S.Count;
        for (int i = 0; i < rows; i++)
        {
            float* from = g.A + ((first + i) * g.StrideA) + start, at = to + (i * S.Count);
            for (int k = 0; k < depth; k += Step, from += Step, at += 2 * half)
            {
                if (depth - k < Step)
                {
                    new Span<float>(end, Step).Clear();
                    new Span<float>(from, depth - k).CopyTo(new Span<float>(end, Step));
                    from = end;
                }

                W.Order(S.Load(from), S.Load(from + S.Count), out V one, out V two);
                S.Store(at, one);
                S.Store(at + half, two);
            }
        }
    }

    /// <summary>
    /// Widens a block of a row of weights: step by step, both vectors, and zeros where it ends amid a step.
    /// </summary>
    [SkipLocalsInit]
    public static void Widen<W>(in GemmArguments g, int row, int start, int depth, float* to)
        where W : struct, IRowPairs<S, V>
    {
        byte* from = (byte*)g.B + (((row * g.StrideB) + start) * W.Size);
        byte* end = stackalloc byte[2 * MostCount * sizeof(float)];
        for (int k = 0; k < depth; k += Step, from += Step * W.Size, to += Step)
        {
            if (depth - k < Step)
            {
                new Span<byte>(end, Step * W.Size).Clear();
                new Span<byte>(from, (depth - k) * W.Size).CopyTo(new Span<byte>(end, Step * W.Size));
                from = end;
            }

            S.Store(to, W.First(from));
            S.Store(to + S.Count, W.Second(from));
        }
    }

    /// <summary>C[rows, up to 4] (=|+=) the dot products over a block of k.</summary>
    /// <param name="a">What <see cref="LayOut{W}"/> made of the block.</param>
    public static void Run<W>(
        in GemmArguments g, int row, int rows, int column, int start, int depth, float* a, bool accumulate)
        where W : struct, IRowPairs<S, V>
    {
        if (g.N - column < Columns || depth % Step > 0)
        {
            RunRagged<W>(g, row, rows, column, start, depth, a, accumulate);
            return;
        }

        nint stride = g.StrideB * W.Size, b = (nint)g.B + (column * stride) + ((nint)start * W.Size);
        var part = new Part(b, stride, 2 * stride, 3 * stride, Columns * stride, depth / Step, 0, 0, HasEnd: false);
        Run<W>(rows, part, a, g.C + (row * g.StrideC) + column, g.StrideC, accumulate);
    }

    /// <summary>The same where rows of weights are missing or end amid a step.</summary>
    [SkipLocalsInit]
    private static void RunRagged<W>(
        in GemmArguments g, int row, int rows, int column, int start, int depth, float* a, bool accumulate)
        where W : struct, IRowPairs<S, V>
    {
        int columns = Math.Min(Columns, g.N - column);
        nint stride = g.StrideB * W.Size;
        byte* b = (byte*)g.B + (column * stride) + ((nint)start * W.Size);
        float* c = g.C + (row * g.StrideC) + column;
        nint strideC = g.StrideC;
        float* tile = stackalloc float[MaxRows * Columns];
        if (columns < Columns)
        {
            c = tile;
            strideC = Columns;
        }

        // Where a block ends amid a step, the rest of the rows is read from a copy that goes on with zeros.
        int steps = depth / Step, rest = depth - (steps * Step);
        byte* end = stackalloc byte[Columns * 2 * MostCount * sizeof(float)];
        int endBytes = Step * W.Size;
        if (rest > 0)
        {
            new Span<byte>(end, Columns * endBytes).Clear();
            for (int j = 0; j < columns; j++)
                Buffer.MemoryCopy(b + (j * stride) + (steps * endBytes), end + (j * endBytes), endBytes, rest * W.Size);
        }

        // Rows that are not there are the last one again, and are not stored.
        nint last = (columns - 1) * stride;
        nint b1 = Math.Min(stride, last), b2 = Math.Min(2 * stride, last);
        bool add = accumulate && columns == Columns;
        var part = new Part((nint)b, b1, b2, last, Columns * stride, steps, (nint)end, endBytes, rest > 0);
        Run<W>(rows, part, a, c, strideC, add);
        if (columns == Columns)
            return;
        float* to = g.C + (row * g.StrideC) + column;
        for (int i = 0; i < rows; i++, to += g.StrideC, tile += Columns)
        {
            for (int j = 0; j < columns; j++)
                to[j] = accumulate ? to[j] + tile[j] : tile[j];
        }
    }

    private static void Run<W>(int rows, in Part part, float* a, float* c, nint strideC, bool accumulate)
        where W : struct, IRowPairs<S, V>
    {
        switch (rows)
        {
            case 1:
                Sums<Rows1, W>(part, a, c, strideC, accumulate);
                break;
            case 2:
                Sums<Rows2, W>(part, a, c, strideC, accumulate);
                break;
            case 3:
                Sums<Rows3, W>(part, a, c, strideC, accumulate);
                break;
            case 4:
                Sums<Rows4, W>(part, a, c, strideC, accumulate);
                break;
            case 5:
                Sums<Rows5, W>(part, a, c, strideC, accumulate);
                break;
            default:
                Sums<Rows6, W>(part, a, c, strideC, accumulate);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sums<R, W>(in Part part, float* a, float* c, nint strideC, bool accumulate)
        where R : struct, ITileRows
        where W : struct, IRowPairs<S, V>
    {
        Row c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        byte* b0 = (byte*)part.B, b1 = b0 + part.B1, b2 = b0 + part.B2, b3 = b0 + part.B3;
        Fetch<R>(c, strideC);
        nint ahead = part.Ahead;
        int steps = part.Steps;
        bool hasEnd = part.HasEnd;
        while (true)
        {
            for (; steps > 0; steps--)
            {
                Prefetch.Line(b0 + ahead);
                Prefetch.Line(b1 + ahead);
                Prefetch.Line(b2 + ahead);
                Prefetch.Line(b3 + ahead);
                Half<R>(
                    a, W.First(b0), W.First(b1), W.First(b2), W.First(b3),
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
                a += R.Count * S.Count;
                Half<R>(
                    a, W.Second(b0), W.Second(b1), W.Second(b2), W.Second(b3),
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
                a += R.Count * S.Count;
                b0 += 2 * S.Count * W.Size;
                b1 += 2 * S.Count * W.Size;
                b2 += 2 * S.Count * W.Size;
                b3 += 2 * S.Count * W.Size;
            }

            if (!hasEnd)
                break;
            (hasEnd, steps) = (false, 1);
            b0 = (byte*)part.End;
            b1 = b0 + part.EndBytes;
            b2 = b1 + part.EndBytes;
            b3 = b2 + part.EndBytes;
        }

        c0.Store(c, accumulate);
        if (R.Count > 1)
            c1.Store(c + strideC, accumulate);
        if (R.Count > 2)
            c2.Store(c + (2 * strideC), accumulate);
        if (R.Count > 3)
            c3.Store(c + (3 * strideC), accumulate);
        if (R.Count > 4)
            c4.Store(c + (4 * strideC), accumulate);
        if (R.Count > 5)
            c5.Store(c + (5 * strideC), accumulate);
    }

    /// <summary>Asks for the rows of C, which are stored at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<R>(float* c, nint strideC)
        where R : struct, ITileRows
    {
        Prefetch.Line(c);
        if (R.Count > 1)
            Prefetch.Line(c + strideC);
        if (R.Count > 2)
            Prefetch.Line(c + (2 * strideC));
        if (R.Count > 3)
            Prefetch.Line(c + (3 * strideC));
        if (R.Count > 4)
            Prefetch.Line(c + (4 * strideC));
        if (R.Count > 5)
            Prefetch.Line(c + (5 * strideC));
    }

    /// <summary>Half a step: a vector of each row of weights meets one of each row of A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half<R>(
        float* a, V w0, V w1, V w2, V w3, ref Row c0, ref Row c1, ref Row c2, ref Row c3, ref Row c4, ref Row c5)
        where R : struct, ITileRows
    {
        c0.Add(S.Load(a), w0, w1, w2, w3);
        if (R.Count > 1)
            c1.Add(S.Load(a + S.Count), w0, w1, w2, w3);
        if (R.Count > 2)
            c2.Add(S.Load(a + (2 * S.Count)), w0, w1, w2, w3);
        if (R.Count > 3)
            c3.Add(S.Load(a + (3 * S.Count)), w0, w1, w2, w3);
        if (R.Count > 4)
            c4.Add(S.Load(a + (4 * S.Count)), w0, w1, w2, w3);
        if (R.Count > 5)
            c5.Add(S.Load(a + (5 * S.Count)), w0, w1, w2, w3);
    }

    /// <summary>The sums of a row of A with four rows of weights, lane by lane.</summary>
    private struct Row
    {
        private V _0, _1, _2, _3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(V x, V w0, V w1, V w2, V w3)
        {
            _0 = S.FusedMultiplyAdd(x, w0, _0);
            _1 = S.FusedMultiplyAdd(x, w1, _1);
            _2 = S.FusedMultiplyAdd(x, w2, _2);
            _3 = S.FusedMultiplyAdd(x, w3, _3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, bool accumulate)
        {
            Vector128<float> sums = S.Sums(_0, _1, _2, _3);
            (accumulate ? Vector128.Load(c) + sums : sums).Store(c);
        }
    }

    /// <summary>The four rows of weights over a block of k.</summary>
    /// <param name="B">The first row.</param>
    /// <param name="B1">Bytes from it to the second.</param>
    /// <param name="B2">Bytes from it to the third.</param>
    /// <param name="B3">Bytes from it to the fourth.</param>
    /// <param name="Ahead">Bytes from each to the row that is needed next in its place.</param>
    /// <param name="Steps">Whole steps of k.</param>
    /// <param name="End">The last step of the rows, where it is not whole.</param>
    /// <param name="EndBytes">Bytes of a row there.</param>
    /// <param name="HasEnd">Whether it is there.</param>
    private readonly record struct Part(
        nint B, nint B1, nint B2, nint B3, nint Ahead, int Steps, nint End, nint EndBytes, bool HasEnd);
}
