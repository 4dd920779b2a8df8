using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>One tile of C from packed panels; tiles that cross the right edge of C go through a small buffer.</summary>
internal static unsafe class GemmTile<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <param name="row">First row in C.</param>
    /// <param name="columnPanel">Which panel of columns.</param>
    /// <param name="next">See <see cref="MicroKernel{S, V}.Run"/>.</param>
    public static void Run(
        in GemmArguments g, int row, int rows, int columnPanel, int depth, float* a, float* b, bool accumulate,
        float* next, nint nextStep)
    {
        int column = columnPanel * MicroKernel<S, V>.Columns;
        float* c = g.C + (row * g.StrideC) + column;
        if (column + MicroKernel<S, V>.Columns <= g.N)
            MicroKernel<S, V>.Run(rows, depth, a, b, c, g.StrideC, accumulate, next, nextStep);
        else
            RunEdge(rows, g.N - column, depth, a, b, c, g.StrideC, accumulate);
    }

    [SkipLocalsInit]
    private static void RunEdge(
        int rows, int columns, int depth, float* a, float* b, float* c, nint strideC, bool accumulate)
    {
        float* tile = stackalloc float[MicroKernel<S, V>.MaxRows * MicroKernel<S, V>.Columns];
        MicroKernel<S, V>.Run(rows, depth, a, b, tile, MicroKernel<S, V>.Columns, false, a, 0);
        for (int i = 0; i < rows; i++, c += strideC, tile += MicroKernel<S, V>.Columns)
        {
            for (int j = 0; j < columns; j++)
                c[j] = accumulate ? c[j] + tile[j] : tile[j];
        }
    }
}
