using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// The inner kernel of <see cref="RowDots{S, V}"/>: R rows of A by four rows of weights, a vector of partial sums for
/// each pair. With 512-bit vectors 6 rows take 24 of the 32 registers, with 256-bit ones 2 rows 8 of 16; four vectors of
/// weights and one of A take the rest.
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

    /// <summary>C[rows, up to 4] (=|+=) the dot products over a block of k.</summary>
    /// <param name="a">What <see cref="LayOut{W}"/> made of the block.</param>
    [SkipLocalsInit]
    public static void Run<W>(
        in GemmArguments g, int row, int rows, int column, int start, int depth, float* a, bool accumulate)
        where W : struct, IRowPairs<S, V>
    {
        int columns = Math.Min(Columns, g.N - column);
        nint stride = g.StrideB * W.Size;
        byte* b = (byte*)g.B + (column * stride) + ((nint)start * W.Size);
        float* c = g.C + (row * g.StrideC) + column;
        nint strideC = g.StrideC;
        float* tile = stackalloc float[6 * Columns];
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
        var part = new Part((nint)b, b1, b2, last, steps, (nint)end, endBytes, rest > 0);
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
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero, c03 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero, c12 = S.Zero, c13 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero, c22 = S.Zero, c23 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero, c32 = S.Zero, c33 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero, c42 = S.Zero, c43 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero, c52 = S.Zero, c53 = S.Zero;
        byte* b0 = (byte*)part.B, b1 = b0 + part.B1, b2 = b0 + part.B2, b3 = b0 + part.B3;
        nint ahead = part.B3 + (part.B3 / 3);
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
                V w0 = W.First(b0), w1 = W.First(b1), w2 = W.First(b2), w3 = W.First(b3);
                Add(a, w0, w1, w2, w3, ref c00, ref c01, ref c02, ref c03);
                if (R.Count > 1)
                    Add(a + S.Count, w0, w1, w2, w3, ref c10, ref c11, ref c12, ref c13);
                if (R.Count > 2)
                    Add(a + (2 * S.Count), w0, w1, w2, w3, ref c20, ref c21, ref c22, ref c23);
                if (R.Count > 3)
                    Add(a + (3 * S.Count), w0, w1, w2, w3, ref c30, ref c31, ref c32, ref c33);
                if (R.Count > 4)
                    Add(a + (4 * S.Count), w0, w1, w2, w3, ref c40, ref c41, ref c42, ref c43);
                if (R.Count > 5)
                    Add(a + (5 * S.Count), w0, w1, w2, w3, ref c50, ref c51, ref c52, ref c53);
                a += R.Count * S.Count;
                w0 = W.Second(b0);
                w1 = W.Second(b1);
                w2 = W.Second(b2);
                w3 = W.Second(b3);
                Add(a, w0, w1, w2, w3, ref c00, ref c01, ref c02, ref c03);
                if (R.Count > 1)
                    Add(a + S.Count, w0, w1, w2, w3, ref c10, ref c11, ref c12, ref c13);
                if (R.Count > 2)
                    Add(a + (2 * S.Count), w0, w1, w2, w3, ref c20, ref c21, ref c22, ref c23);
                if (R.Count > 3)
                    Add(a + (3 * S.Count), w0, w1, w2, w3, ref c30, ref c31, ref c32, ref c33);
                if (R.Count > 4)
                    Add(a + (4 * S.Count), w0, w1, w2, w3, ref c40, ref c41, ref c42, ref c43);
                if (R.Count > 5)
                    Add(a + (5 * S.Count), w0, w1, w2, w3, ref c50, ref c51, ref c52, ref c53);
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

        Store(c, S.Sums(c00, c01, c02, c03), accumulate);
        if (R.Count > 1)
            Store(c + strideC, S.Sums(c10, c11, c12, c13), accumulate);
        if (R.Count > 2)
            Store(c + (2 * strideC), S.Sums(c20, c21, c22, c23), accumulate);
        if (R.Count > 3)
            Store(c + (3 * strideC), S.Sums(c30, c31, c32, c33), accumulate);
        if (R.Count > 4)
            Store(c + (4 * strideC), S.Sums(c40, c41, c42, c43), accumulate);
        if (R.Count > 5)
            Store(c + (5 * strideC), S.Sums(c50, c51, c52, c53), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* a, V w0, V w1, V w2, V w3, ref V c0, ref V c1, ref V c2, ref V c3)
    {
        V x = S.Load(a);
        c0 = S.FusedMultiplyAdd(x, w0, c0);
        c1 = S.FusedMultiplyAdd(x, w1, c1);
        c2 = S.FusedMultiplyAdd(x, w2, c2);
        c3 = S.FusedMultiplyAdd(x, w3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector128<float> sums, bool accumulate) =>
        (accumulate ? Vector128.Load(c) + sums : sums).Store(c);

    /// <summary>The four rows of weights over a block of k.</summary>
    /// <param name="B">The first row.</param>
    /// <param name="B1">Bytes from it to the second.</param>
    /// <param name="B2">Bytes from it to the third.</param>
    /// <param name="B3">Bytes from it to the fourth.</param>
    /// <param name="Steps">Whole steps of k.</param>
    /// <param name="End">The last step of the rows, where it is not whole.</param>
    /// <param name="EndBytes">Bytes of a row there.</param>
    /// <param name="HasEnd">Whether it is there.</param>
    private readonly record struct Part(
        nint B, nint B1, nint B2, nint B3, int Steps, nint End, nint EndBytes, bool HasEnd);
}
