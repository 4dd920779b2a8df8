using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Copies blocks of A and B into the order in which <see cref="MicroKernel{S, V}"/> reads them: all elements of one k
/// together. Whole vectors are read only where all of the vector lies inside the matrix: weights may end where a mapped
/// file ends.
/// </summary>
internal static unsafe class Packing<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private static int Columns => MicroKernel<S, V>.Columns;

    /// <summary>
    /// Floats of a packed panel of A: whole vectors are stored, so a panel ends in room for one more.
    /// </summary>
    public static nint PanelOfA(int depth) => ((nint)depth * MicroKernel<S, V>.MaxRows) + Math.Max(S.Count, 16);

    /// <summary>Floats of a packed panel of B.</summary>
    public static nint PanelOfB(int depth) => (nint)depth * Columns;

    /// <summary>to[k * rows + i] = A[first + i, start + k].</summary>
    public static void A(in GemmArguments g, int first, int rows, int start, int depth, float* to)
    {
        if (g.ATransposed)
        {
            CopyA(g, first, rows, start, depth, to);
            return;
        }

        for (int i = 0; i < rows; i += S.Count)
        {
            int block = Math.Min(S.Count, rows - i);
            TransposeRows(g.A + ((first + i) * g.StrideA) + start, g.StrideA, block, depth, to + i, rows, block);
        }
    }

    /// <summary>to[k * Columns + j] = B[start + k, first + j]; columns from N on are zeros.</summary>
    public static void B(in GemmArguments g, int first, int start, int depth, float* to)
    {
        int columns = Math.Min(Columns, g.N - first);
        if (g.BRowsAreK)
        {
            CopyB(g, first, columns, start, depth, to);
            return;
        }

        for (int half = 0; half < Columns; half += S.Count, to += S.Count)
        {
            int rows = Math.Clamp(columns - half, 0, S.Count);
            nint at = (rows == 0 ? 0 : (first + half) * g.StrideB) + start;
            if (g.BType == DType.BF16)
                TransposeRowsBf16((ushort*)g.B + at, g.StrideB, rows, depth, to);
            else
                TransposeRows((float*)g.B + at, g.StrideB, rows, depth, to, Columns, S.Count);
        }
    }

    /// <param name="width">Elements of each step that are written: zeros from <paramref name="rows"/> on.</param>
    private static void TransposeRows(float* from, nint stride, int rows, int depth, float* to, int step, int width)
    {
        int k = 0;
        for (; k + S.Count <= depth; k += S.Count)
            Transpose<S, V>.Block(from + k, stride, rows, to + ((nint)k * step), step);
        for (; k < depth; k++)
        {
            for (int i = 0; i < width; i++)
                to[((nint)k * step) + i] = i < rows ? from[(i * stride) + k] : 0;
        }
    }

    private static void TransposeRowsBf16(ushort* from, nint stride, int rows, int depth, float* to)
    {
        int k = 0;
        for (; k + (2 * S.Count) <= depth; k += 2 * S.Count)
            Transpose<S, V>.BlockBf16(from + k, stride, rows, to + ((nint)k * Columns), Columns);
        for (; k < depth; k++)
        {
            for (int i = 0; i < S.Count; i++)
                to[((nint)k * Columns) + i] = i < rows ? ScalarSimd.LoadBf16(from + (i * stride) + k) : 0;
        }
    }

    /// <summary>A stored [K, M]: a step's elements lie together already.</summary>
    private static void CopyA(in GemmArguments g, int first, int rows, int start, int depth, float* to)
    {
        float* from = g.A + (start * g.StrideA) + first;
        int vectors = (rows + S.Count - 1) / S.Count;
        bool whole = first + (vectors * S.Count) <= g.M;
        for (int k = 0; k < depth; k++, from += g.StrideA, to += rows)
        {
            if (whole)
            {
                for (int i = 0; i < rows; i += S.Count)
                    S.Store(to + i, S.Load(from + i));
            }
            else
            {
                for (int i = 0; i < rows; i++)
                    to[i] = from[i];
            }
        }
    }

    /// <summary>B stored [K, N].</summary>
    private static void CopyB(in GemmArguments g, int first, int columns, int start, int depth, float* to)
    {
        nint at = (start * g.StrideB) + first;
        bool bf16 = g.BType == DType.BF16;
        for (int k = 0; k < depth; k++, at += g.StrideB, to += Columns)
        {
            if (columns == Columns)
            {
                S.Store(to, LoadB(g.B, at, bf16));
                S.Store(to + S.Count, LoadB(g.B, at + S.Count, bf16));
                continue;
            }

            for (int j = 0; j < Columns; j++)
                to[j] = j >= columns ? 0 : bf16 ? ScalarSimd.LoadBf16((ushort*)g.B + at + j) : ((float*)g.B)[at + j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LoadB(void* b, nint at, bool bf16) =>
        bf16 ? S.LoadBf16((ushort*)b + at) : S.Load((float*)b + at);
}
