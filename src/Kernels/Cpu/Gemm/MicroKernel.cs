using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// The inner product kernel: a tile of C, R rows by two vectors, held in registers over a whole block of k. With
/// 512-bit vectors 14 rows take 28 of the 32 registers, and two vectors of B and one broadcast element of A take three
/// more; with 256-bit ones 6 rows fill 15 of 16.
/// </summary>
internal static unsafe class MicroKernel<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Columns of a tile.</summary>
    public static int Columns => 2 * S.Count;

    /// <summary>Most rows of a tile.</summary>
    public static int MaxRows => S.Count == 16 ? 14 : 6;

    /// <summary>
    /// C[rows, Columns] (=|+=) A B over <paramref name="depth"/> steps of k. <paramref name="a"/> holds rows elements a
    /// step,
    /// <paramref name="b"/> Columns elements a step.
    /// </summary>
    /// <param name="next">What is needed soon: prefetched at <paramref name="nextStep"/> floats a step of k.</param>
    public static void Run(
        int rows, nint depth, float* a, float* b, float* c, nint strideC, bool accumulate, float* next, nint nextStep)
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 2:
                Tile<Rows2>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 3:
                Tile<Rows3>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 4:
                Tile<Rows4>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 5:
                Tile<Rows5>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 6:
                Tile<Rows6>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 7:
                Tile<Rows7>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 8:
                Tile<Rows8>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 9:
                Tile<Rows9>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 10:
                Tile<Rows10>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 11:
                Tile<Rows11>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 12:
                Tile<Rows12>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 13:
                Tile<Rows13>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            case 14:
                Tile<Rows14>(depth, a, b, c, strideC, accumulate, next, nextStep);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rows), rows, null);
        }
    }

    /// <remarks>
    /// Two prefetches go with every step of k: over the first R steps for the rows of C that are stored at the end,
    /// then for
    /// <paramref name="next"/>. Both phases share one loop body, which is why the loop over k is itself in a loop.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<R>(
        nint depth, float* a, float* b, float* c, nint strideC, bool accumulate, float* next, nint nextStep)
        where R : struct, ITileRows
    {
        V c0L = S.Zero, c0R = S.Zero;
        V c1L = S.Zero, c1R = S.Zero;
        V c2L = S.Zero, c2R = S.Zero;
        V c3L = S.Zero, c3R = S.Zero;
        V c4L = S.Zero, c4R = S.Zero;
        V c5L = S.Zero, c5R = S.Zero;
        V c6L = S.Zero, c6R = S.Zero;
        V c7L = S.Zero, c7R = S.Zero;
        V c8L = S.Zero, c8R = S.Zero;
        V c9L = S.Zero, c9R = S.Zero;
        V c10L = S.Zero, c10R = S.Zero;
        V c11L = S.Zero, c11R = S.Zero;
        V c12L = S.Zero, c12R = S.Zero;
        V c13L = S.Zero, c13R = S.Zero;
        float* end = a + (depth * R.Count);
        float* turn = a + (Math.Min(depth, R.Count) * R.Count);
        float* fetch = c;
        nint fetchStep = strideC;
        while (true)
        {
            do
            {
                Prefetch.Line(fetch);
                Prefetch.Line(fetch + (2 * S.Count) - 1);
                fetch += fetchStep;
                V left = S.Load(b), right = S.Load(b + S.Count);
                Step(a[0], left, right, ref c0L, ref c0R);
                if (R.Count > 1)
                    Step(a[1], left, right, ref c1L, ref c1R);
                if (R.Count > 2)
                    Step(a[2], left, right, ref c2L, ref c2R);
                if (R.Count > 3)
                    Step(a[3], left, right, ref c3L, ref c3R);
                if (R.Count > 4)
                    Step(a[4], left, right, ref c4L, ref c4R);
                if (R.Count > 5)
                    Step(a[5], left, right, ref c5L, ref c5R);
                if (R.Count > 6)
                    Step(a[6], left, right, ref c6L, ref c6R);
                if (R.Count > 7)
                    Step(a[7], left, right, ref c7L, ref c7R);
                if (R.Count > 8)
                    Step(a[8], left, right, ref c8L, ref c8R);
                if (R.Count > 9)
                    Step(a[9], left, right, ref c9L, ref c9R);
                if (R.Count > 10)
                    Step(a[10], left, right, ref c10L, ref c10R);
                if (R.Count > 11)
                    Step(a[11], left, right, ref c11L, ref c11R);
                if (R.Count > 12)
                    Step(a[12], left, right, ref c12L, ref c12R);
                if (R.Count > 13)
                    Step(a[13], left, right, ref c13L, ref c13R);
                a += R.Count;
                b += 2 * S.Count;
            }
            while (a < turn);
            if (turn == end)
                break;
            turn = end;
            fetch = next;
            fetchStep = nextStep;
        }

        Store(c, c0L, c0R, accumulate);
        if (R.Count > 1)
            Store(c + strideC, c1L, c1R, accumulate);
        if (R.Count > 2)
            Store(c + (2 * strideC), c2L, c2R, accumulate);
        if (R.Count > 3)
            Store(c + (3 * strideC), c3L, c3R, accumulate);
        if (R.Count > 4)
            Store(c + (4 * strideC), c4L, c4R, accumulate);
        if (R.Count > 5)
            Store(c + (5 * strideC), c5L, c5R, accumulate);
        if (R.Count > 6)
            Store(c + (6 * strideC), c6L, c6R, accumulate);
        if (R.Count > 7)
            Store(c + (7 * strideC), c7L, c7R, accumulate);
        if (R.Count > 8)
            Store(c + (8 * strideC), c8L, c8R, accumulate);
        if (R.Count > 9)
            Store(c + (9 * strideC), c9L, c9R, accumulate);
        if (R.Count > 10)
            Store(c + (10 * strideC), c10L, c10R, accumulate);
        if (R.Count > 11)
            Store(c + (11 * strideC), c11L, c11R, accumulate);
        if (R.Count > 12)
            Store(c + (12 * strideC), c12L, c12R, accumulate);
        if (R.Count > 13)
            Store(c + (13 * strideC), c13L, c13R, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float a, V left, V right, ref V sumLeft, ref V sumRight)
    {
        V x = S.Broadcast(a);
        sumLeft = S.FusedMultiplyAdd(x, left, sumLeft);
        sumRight = S.FusedMultiplyAdd(x, right, sumRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, V left, V right, bool accumulate)
    {
        if (accumulate)
        {
            left = S.Add(S.Load(c), left);
            right = S.Add(S.Load(c + S.Count), right);
        }

        S.Store(c, left);
        S.Store(c + S.Count, right);
    }
}
