using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Products with a weight [N, K] in generation, for any number of rows: dot products along k, so that weights are read
/// as they are stored, each once from memory, and nothing of them is packed. An element's sum is that of its lanes over
/// a block of k (<see cref="KBlocks"/>), block after block: its order depends on K and the width of vectors alone, and
/// is another than that of <see cref="GemmTask{P}"/>.
/// </summary>
internal static unsafe class RowDots<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>
    /// Bytes of a block of k of the weight that a task has: they stay in the second level while all of A meets them.
    /// </summary>
    private const int TaskBytes = 256 * 1024;

    /// <summary>
    /// Panels of A from which a task widens its weights once, into a copy: the copy costs about what widening them anew
    /// costs two panels. Their sums are the same to the bit.
    /// </summary>
    private const int WidenedPanels = 4;

    /// <summary>Rows of A from which laying them out is shared out.</summary>
    private const int SharedRows = 16;

    /// <summary>
    /// c[m, n] (=|+=) a[m, k] b[n, k] of every product, in one fork: all have the same A, M and K. Uses the scratch
    /// buffers "gemm.a" and "gemm.b".
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
        var panels = RowPanels.Even(g.M, RowDotTile<S, V>.MaxRows);
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
        bool widens = W.Size < sizeof(float) && panels.Count >= WidenedPanels;
        int columnBytes = RowDotTile<S, V>.Columns * (widens ? sizeof(float) : W.Size);
        var tasks = RowDotTasks.Of(
            tiles, pool.Workers, isFew: panels.Count == 1, TaskBytes / (columnBytes * blocks.Largest));
        nint copyFloats = widens ? tasks.Largest * RowDotTile<S, V>.Columns * blockFloats : 0;
        float* copies = scratch.Get("gemm.b", copyFloats * pool.Workers);
        pool.For(tasks.Count, (task, worker) =>
        {
            int first = tasks.Start(task), last = tasks.Start(task + 1);
            foreach (GemmArguments product in products)
            {
                int count = Tiles(product);
                if (first < Math.Min(last, count))
                {
                    RunTiles<W>(
                        product, blocks, panels, a, first, Math.Min(last, count),
                        widens ? copies + (worker * copyFloats) : null);
                }

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
    /// <param name="copy">Takes a block of k of their weights, widened; null where they are used as they are.</param>
    private static void RunTiles<W>(
        in GemmArguments product, in KBlocks blocks, in RowPanels panels, float* a, int first, int last, float* copy)
        where W : struct, IRowPairs<S, V>
    {
        for (int block = 0; block < blocks.Count; block++)
        {
            int start = blocks.Start(block), depth = blocks.Depth(block);
            if (copy is null)
            {
                RunBlock<W>(product, blocks, panels, a, block, first, last, start, depth);
            }
            else
            {
                GemmArguments widened = Widened<W>(product, first, last, start, depth, copy);
                RunBlock<F32Pairs<S, V>>(
                    widened, blocks, panels, a, block, 0, last - first, 0, (int)widened.StrideB);
            }
        }
    }

    /// <summary>
    /// The product of the tiles with a copy of a block of their weights that is laid out as A is: to the kernel these
    /// are weights of fp32 with whole steps.
    /// </summary>
    private static GemmArguments Widened<W>(
        in GemmArguments product, int first, int last, int start, int depth, float* copy)
        where W : struct, IRowPairs<S, V>
    {
        int column = first * RowDotTile<S, V>.Columns;
        GemmArguments widened = product with
        {
            B = copy,
            C = product.C + column,
            N = Math.Min(last * RowDotTile<S, V>.Columns, product.N) - column,
            StrideB = RowDotTile<S, V>.RowFloats(depth),
        };
        for (int j = 0; j < widened.N; j++)
            RowDotTile<S, V>.Widen<W>(product, column + j, start, depth, copy + (j * widened.StrideB));
        return widened;
    }

    /// <summary>All of A over a block of k of the tiles' weights.</summary>
    private static void RunBlock<W>(
        in GemmArguments g, in KBlocks blocks, in RowPanels panels, float* a, int block, int first, int last, int start,
        int depth)
        where W : struct, IRowPairs<S, V>
    {
        for (int p = 0; p < panels.Count; p++)
        {
            float* panel = Panel(a, blocks, panels, p, block);
            for (int tile = first; tile < last; tile++)
            {
                RowDotTile<S, V>.Run<W>(
                    g, panels.Start(p), panels.Rows(p), tile * RowDotTile<S, V>.Columns, start, depth, panel,
                    g.Accumulate || block > 0);
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
