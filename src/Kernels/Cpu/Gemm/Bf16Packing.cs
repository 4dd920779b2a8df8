using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Assembly;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Copies blocks of A and B into the order in which <see cref="TileKernels"/> read them, rounded to bf16, in pairs of
/// neighbouring k's: the even one in the low half. What fills whole steps of k, rows and columns up is zeros. For
/// 512-bit vectors alone: no processor has the kernels' instructions without them.
/// </summary>
internal static unsafe class Bf16Packing
{
    /// <summary>Pairs in a step of k.</summary>
    public const int Pairs = TileKernels.Step / 2;

    /// <summary>Elements of a vector of fp32, and pairs of a vector of bf16.</summary>
    private const int Width = 16;

    /// <summary>to[step][i][pair] of A[first + i, start + k], <paramref name="panel"/> rows a step.</summary>
    public static void A(in GemmArguments g, int first, int rows, int start, int depth, int panel, uint* to)
    {
        for (int k = 0; k < depth; k += TileKernels.Step, to += panel * Pairs)
        {
            int steps = Math.Min(TileKernels.Step, depth - k);
            if (rows < panel)
                new Span<uint>(to + (rows * Pairs), (panel - rows) * Pairs).Clear();
            if (g.ATransposed)
            {
                for (int i = 0; i < rows; i += Width)
                {
                    float* from = g.A + ((start + k) * g.StrideA) + first + i;
                    TurnedA(from, g.StrideA, Math.Min(Width, rows - i), steps, to + (i * Pairs));
                }

                continue;
            }

            for (int i = 0; i < rows; i++)
                Row(g.A + ((first + i) * g.StrideA) + start + k, steps, to + (i * Pairs));
        }
    }

    /// <summary>to[pair][j] of B[start + k, first + j], <paramref name="panel"/> columns a pair.</summary>
    public static void B(in GemmArguments g, int first, int start, int depth, int panel, uint* to)
    {
        for (int k = 0; k < depth; k += TileKernels.Step, to += panel * Pairs)
        {
            int steps = Math.Min(TileKernels.Step, depth - k);
            for (int j = 0; j < panel; j += Width)
            {
                int columns = Math.Clamp(g.N - first - j, 0, Width);
                nint row = start + k, column = first + j;
                if (columns == 0)
                    Clear(to + j, panel);
                else if (g.BRowsAreK)
                    BesideB(g, (row * g.StrideB) + column, columns, steps, panel, to + j);
                else
                    TurnedB(g, (column * g.StrideB) + row, columns, steps, panel, to + j);
            }
        }
    }

    private static void Clear(uint* to, int panel)
    {
        for (int pair = 0; pair < Pairs; pair++)
            Vector512<uint>.Zero.Store(to + (pair * panel));
    }

    /// <summary>A step of a row whose elements lie together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(float* from, int steps, uint* to)
    {
        if (steps == TileKernels.Step)
        {
            Bf16Rounding.Both(Vector512.Load(from), Vector512.Load(from + Width)).AsUInt32().Store(to);
            return;
        }

        Vector512<uint>.Zero.Store(to);
        for (int k = 0; k < steps; k++)
            ((ushort*)to)[k] = (ushort)(Bf16Rounding.Upper(from[k]) >> 16);
    }

    /// <summary>Rows of A that lie as columns, a step of k: pairs are made of two k's, then turned over.</summary>
    [SkipLocalsInit]
    private static void TurnedA(float* from, nint stride, int rows, int steps, uint* to)
    {
        uint* pairs = stackalloc uint[Pairs * Width];
        uint* turned = stackalloc uint[Width * Pairs];
        for (int pair = 0; pair < Pairs; pair++, from += 2 * stride)
        {
            Vector512<uint> low = Upper(from, rows, (2 * pair) < steps);
            Vector512<uint> high = Upper(from + stride, rows, (2 * pair) + 1 < steps);
            (Vector512.ShiftRightLogical(low, 16) | high).Store(pairs + (pair * Width));
        }

        Transpose512.Block((float*)pairs, Width, Pairs, rows == Width ? (float*)to : (float*)turned, Pairs);
        if (rows < Width)
            new Span<uint>(turned, rows * Pairs).CopyTo(new Span<uint>(to, rows * Pairs));
    }

    /// <summary>B stored [K, N]: columns lie together already.</summary>
    private static void BesideB(in GemmArguments g, nint at, int columns, int steps, int panel, uint* to)
    {
        bool isBf16 = g.BType == DType.BF16;
        for (int pair = 0; pair < Pairs; pair++, at += 2 * g.StrideB)
        {
            bool hasLow = 2 * pair < steps, hasHigh = (2 * pair) + 1 < steps;
            Vector512<uint> low, high;
            if (isBf16)
            {
                ushort* from = (ushort*)g.B + at;
                low = Widened(from, columns, hasLow);
                high = Vector512.ShiftLeft(Widened(from + g.StrideB, columns, hasHigh), 16);
            }
            else
            {
                float* from = (float*)g.B + at;
                low = Vector512.ShiftRightLogical(Upper(from, columns, hasLow), 16);
                high = Upper(from + g.StrideB, columns, hasHigh);
            }

            (low | high).Store(to + (pair * panel));
        }
    }

    /// <summary>B stored [N, K]: a step of 16 of its rows is turned over.</summary>
    [SkipLocalsInit]
    private static void TurnedB(in GemmArguments g, nint at, int columns, int steps, int panel, uint* to)
    {
        if (g.BType == DType.BF16 && steps == TileKernels.Step)
        {
            Transpose512.BlockOfPairs((ushort*)g.B + at, g.StrideB, columns, (float*)to, panel);
            return;
        }

        uint* rows = stackalloc uint[Width * Pairs];
        for (int j = 0; j < columns; j++, at += g.StrideB)
        {
            uint* row = rows + (j * Pairs);
            if (g.BType != DType.BF16)
            {
                Row((float*)g.B + at, steps, row);
                continue;
            }

            Vector512<uint>.Zero.Store(row);
            new Span<ushort>((ushort*)g.B + at, steps).CopyTo(new Span<ushort>(row, steps));
        }

        Transpose512.Block((float*)rows, Pairs, columns, (float*)to, panel);
    }

    /// <summary>Rounded, in the upper half; zeros beyond the end, which is not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Upper(float* from, int count, bool isThere)
    {
        if (!isThere)
            return Vector512<uint>.Zero;
        if (count == Width)
            return Bf16Rounding.Upper(Vector512.Load(from));
        Vector512<uint> x = default;
        for (int i = 0; i < count; i++)
            x = x.WithElement(i, Bf16Rounding.Upper(from[i]));
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Widened(ushort* from, int count, bool isThere)
    {
        if (!isThere)
            return Vector512<uint>.Zero;
        if (count == Width)
            return Vector512.WidenLower(Vector256.Load(from).ToVector512Unsafe());
        Vector512<uint> x = default;
        for (int i = 0; i < count; i++)
            x = x.WithElement(i, from[i]);
        return x;
    }
}
