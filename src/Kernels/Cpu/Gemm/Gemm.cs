using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Matrix products of the CPU backend at one vector width: packed panels, a register-blocked kernel
/// (<see cref="MicroKernel{S, V}"/>), blocks of k cut by K alone (<see cref="KBlocks"/>). All widths give the same
/// bits.
/// </summary>
internal static unsafe class Gemm<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>
    /// Most floats of packed A held at once (32 MB); taller products are done in slices of rows, at least
    /// <see cref="FewestRows"/>.
    /// </summary>
    private const int PackedFloats = 8 * 1024 * 1024;

    private const int FewestRows = 560;

    /// <summary>The product on all workers of the pool. Uses the scratch buffers "gemm.a" and "gemm.b".</summary>
    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        if (IsEmpty(arguments))
            return;
        if (FewRows<S, V>.Fits(arguments))
        {
            FewRows<S, V>.Run(pool, scratch, arguments);
            return;
        }

        int slice = Math.Max(FewestRows, PackedFloats / arguments.K);
        for (int row = 0; row < arguments.M; row += slice)
        {
            GemmArguments g = arguments;
            g.M = Math.Min(slice, arguments.M - row);
            g.A += arguments.ATransposed ? row : row * arguments.StrideA;
            g.C += row * arguments.StrideC;
            GemmTask<S, V>.Run(pool, scratch, g);
        }
    }

    /// <summary>
    /// Floats of workspace that <see cref="RunSingle"/> needs for a product of these sizes or, in any of them, smaller
    /// ones: it grows with every size, as <see cref="KBlocks.LargestUpTo"/> does (the blocks of k themselves do not).
    /// </summary>
    public static long SingleWorkspace(int m, int n, int k)
    {
        if (m == 0 || n == 0 || k == 0)
            return 0;
        int depth = KBlocks.LargestUpTo(k);
        return Packing<S, V>.PanelOfA(depth) + (ColumnPanels(n) * Packing<S, V>.PanelOfB(depth));
    }

    /// <summary>
    /// A small product on the calling thread, for ops that divide the work above it (attention blocks): the whole of B,
    /// a block of k at a time, is packed into the workspace. Same sums as <see cref="Run"/>.
    /// </summary>
    public static void RunSingle(in GemmArguments arguments, float* workspace)
    {
        if (IsEmpty(arguments))
            return;
        var blocks = new KBlocks(arguments.K);
        var panels = new RowPanels(arguments.M, MicroKernel<S, V>.MaxRows);
        int columnPanels = ColumnPanels(arguments.N);
        float* a = workspace + (columnPanels * Packing<S, V>.PanelOfB(blocks.Largest));
        for (int block = 0; block < blocks.Count; block++)
        {
            int start = blocks.Start(block), depth = blocks.Depth(block);
            nint panelOfB = Packing<S, V>.PanelOfB(depth);
            for (int j = 0; j < columnPanels; j++)
                Packing<S, V>.B(arguments, j * MicroKernel<S, V>.Columns, start, depth, workspace + (j * panelOfB));
            for (int p = 0; p < panels.Count; p++)
            {
                int first = panels.Start(p), rows = panels.Rows(p);
                Packing<S, V>.A(arguments, first, rows, start, depth, a);
                for (int j = 0; j < columnPanels; j++)
                {
                    bool accumulate = arguments.Accumulate || block > 0;
                    float* b = workspace + (j * panelOfB);
                    GemmTile<S, V>.Run(arguments, first, rows, j, depth, a, b, accumulate, a, 0);
                }
            }
        }
    }

    private static int ColumnPanels(int n) => (n + MicroKernel<S, V>.Columns - 1) / MicroKernel<S, V>.Columns;

    /// <summary>Products with nothing to sum: C is set to zeros unless it accumulates.</summary>
    public static bool IsEmpty(in GemmArguments g)
    {
        if (g.M == 0 || g.N == 0)
            return true;
        if (g.K > 0)
            return false;
        for (int i = 0; i < g.M && !g.Accumulate; i++)
            new Span<float>(g.C + (i * g.StrideC), g.N).Clear();
        return true;
    }
}
