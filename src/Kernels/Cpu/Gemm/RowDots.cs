using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Products with a weight [N, K] in generation, for any number of rows: dot products along k, so that weights are read
/// as they are stored, each once from memory, and nothing of them is packed. An element's sum is that of its lanes over
/// a block of k (<see cref="KBlocks"/>), block after block: its order depends on K and the width of vectors alone, and
/// is another than that of <see cref="GemmTask{S, V}"/>.
/// </summary>
internal static unsafe class RowDots<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Bytes of the weight that a task has: they stay in the second level while all of A meets them.</summary>
    private const int TaskBytes = 128 * 1024;

    /// <summary>Tasks for each worker at least, where there are columns enough.</summary>
    private const int TasksOfWorker = 4;

    /// <summary>Rows of A from which laying them out is shared out.</summary>
    private const int SharedRows = 16;

    /// <summary>
    /// c[m, n] (=|+=) a[m, k] b[n, k]. Uses the scratch buffer "gemm.a".
    /// </summary>
    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        if (Gemm<S, V>.IsEmpty(arguments))
            return;
        if (arguments.BType == DType.BF16)
            Run<Bf16Pairs<S, V>>(pool, scratch, arguments);
        else
            Run<F32Pairs<S, V>>(pool, scratch, arguments);
    }

    private static void Run<W>(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
        where W : struct, IRowPairs<S, V>
    {
        GemmArguments g = arguments;
        var blocks = new KBlocks(g.K);
        var panels = new RowPanels(g.M, RowDotTile<S, V>.MaxRows);
        nint blockFloats = RowDotTile<S, V>.RowFloats(blocks.Largest), rowFloats = blockFloats * blocks.Count;
        float* a = scratch.Get("gemm.a", rowFloats * g.M);
        if (g.M < SharedRows)
        {
            for (int p = 0; p < panels.Count; p++)
                LayOut(p);
        }
        else
        {
            pool.For(panels.Count, (p, _) => LayOut(p));
        }

        int tiles = (g.N + RowDotTile<S, V>.Columns - 1) / RowDotTile<S, V>.Columns;
        long tileBytes = (long)RowDotTile<S, V>.Columns * g.K * W.Size;
        int most = Math.Max(1, tiles / (pool.Workers * TasksOfWorker));
        int each = (int)Math.Clamp(TaskBytes / tileBytes, 1, most);
        pool.For((tiles + each - 1) / each, (task, _) =>
        {
            int last = Math.Min(tiles, (task + 1) * each);
            for (int block = 0; block < blocks.Count; block++)
            {
                for (int p = 0; p < panels.Count; p++)
                {
                    for (int tile = task * each; tile < last; tile++)
                        Tile(block, p, tile);
                }
            }
        });

        // One after the other: block of k, step, half, row.
        float* Panel(int p, int block) =>
            a + (panels.Start(p) * rowFloats) + (block * panels.Rows(p) * blockFloats);

        void LayOut(int p)
        {
            for (int block = 0; block < blocks.Count; block++)
                RowDotTile<S, V>.LayOut<W>(
                    g, panels.Start(p), panels.Rows(p), blocks.Start(block), blocks.Depth(block), Panel(p, block));
        }

        void Tile(int block, int p, int tile) => RowDotTile<S, V>.Run<W>(
            g, panels.Start(p), panels.Rows(p), tile * RowDotTile<S, V>.Columns, blocks.Start(block),
            blocks.Depth(block), Panel(p, block), g.Accumulate || block > 0);
    }
}
