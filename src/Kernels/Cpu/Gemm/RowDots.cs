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

    /// <summary>Rows of A from which laying them out is shared out.</summary>
    private const int SharedRows = 16;

    /// <summary>
    /// c[m, n] (=|+=) a[m, k] b[n, k] of every product, in one fork: all have the same A, M and K. Uses the scratch
    /// buffer "gemm.a".
    /// </summary>
    public static void Run(WorkerPool pool, Scratch scratch, GemmArguments[] products)
    {
        if (Array.Exists(products, p => p.BType != products[0].BType || Gemm<S, V>.IsEmpty(p)))
        {
            foreach (GemmArguments product in products)
            {
                if (!Gemm<S, V>.IsEmpty(product))
                    Run(pool, scratch, [product]);
            }
        }
        else if (products[0].BType == DType.BF16)
        {
            Run<Bf16Pairs<S, V>>(pool, scratch, products);
        }
        else
        {
            Run<F32Pairs<S, V>>(pool, scratch, products);
        }
    }

    private static void Run<W>(WorkerPool pool, Scratch scratch, GemmArguments[] products)
        where W : struct, IRowPairs<S, V>
    {
        GemmArguments g = products[0];
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

        int tiles = 0;
        foreach (GemmArguments product in products)
            tiles += Tiles(product);
        var tasks = RowDotTasks.Of(
            tiles, pool.Workers, isFew: panels.Count == 1,
            (int)(TaskBytes / ((long)RowDotTile<S, V>.Columns * g.K * W.Size)));
        pool.For(tasks.Count, (task, _) =>
        {
            int first = tasks.Start(task), last = tasks.Start(task + 1);
            foreach (GemmArguments product in products)
            {
                int count = Tiles(product);
                if (first < Math.Min(last, count))
                    RunTiles<W>(product, blocks, panels, a, first, Math.Min(last, count));
                first = Math.Max(0, first - count);
                last -= count;
            }
        });

        void LayOut(int p)
        {
            for (int block = 0; block < blocks.Count; block++)
                RowDotTile<S, V>.LayOut<W>(
                    g, panels.Start(p), panels.Rows(p), blocks.Start(block), blocks.Depth(block),
                    Panel(a, blocks, panels, p, block));
        }
    }

    /// <summary>The tiles first .. last - 1 of a product.</summary>
    private static void RunTiles<W>(
        in GemmArguments product, in KBlocks blocks, in RowPanels panels, float* a, int first, int last)
        where W : struct, IRowPairs<S, V>
    {
        for (int block = 0; block < blocks.Count; block++)
        {
            for (int p = 0; p < panels.Count; p++)
            {
                float* panel = Panel(a, blocks, panels, p, block);
                for (int tile = first; tile < last; tile++)
                {
                    RowDotTile<S, V>.Run<W>(
                        product, panels.Start(p), panels.Rows(p), tile * RowDotTile<S, V>.Columns, blocks.Start(block),
                        blocks.Depth(block), panel, product.Accumulate || block > 0);
                }
            }
        }
    }

    /// <summary>Rows of A as they are laid out, one after the other: panel, block of k, step, half, row.</summary>
    private static float* Panel(float* a, in KBlocks blocks, in RowPanels panels, int panel, int block)
    {
        nint blockFloats = RowDotTile<S, V>.RowFloats(blocks.Largest);
        return a + (panels.Start(panel) * blockFloats * blocks.Count) + (block * panels.Rows(panel) * blockFloats);
    }

    private static int Tiles(in GemmArguments product) =>
        (product.N + RowDotTile<S, V>.Columns - 1) / RowDotTile<S, V>.Columns;
}
