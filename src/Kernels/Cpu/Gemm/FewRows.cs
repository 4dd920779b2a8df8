using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Products of few rows with a weight [N, K], as of short texts: each weight is read from memory once, panel by panel
/// of C's columns, and meets all rows while it is in the cache next to the core. The sums are those of
/// <see cref="GemmTask{P}"/>, to the bit.
/// </summary>
internal static unsafe class FewRows<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Rows of A up to which it is faster than packing B for all.</summary>
    public const int Most = 64;

    /// <summary>Steps of k that are packed at a time: a chunk stays in the first level.</summary>
    private const int Chunk = 64;

    private const int CacheLine = 64;

    /// <summary>Rows of the weight below it are fetched ahead.</summary>
    private const int ShortRowBytes = 4096;

    /// <summary>Rows of A from which its packing is shared out.</summary>
    private const int SharedRows = 16;

    /// <summary>Floats of the weight that a task has, where there are enough of them for all workers.</summary>
    private const int TaskFloats = 64 * 1024;

    /// <summary>Whether a product is one of few rows.</summary>
    public static bool Fits(in GemmArguments g) =>
        g.Kind == ProductKind.F32 && g.M <= Most && !g.ATransposed && !g.BRowsAreK;

    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        GemmArguments g = arguments;
        var blocks = new KBlocks(g.K);
        var panels = RowPanels.Even(g.M, MicroKernel<S, V>.MaxRows);
        nint panelOfA = Packing<S, V>.PanelOfA(blocks.Largest), panelOfB = Packing<S, V>.PanelOfB(blocks.Largest);
        float* a = scratch.Get("gemm.a", blocks.Count * panels.Count * panelOfA);
        float* b = scratch.Get("gemm.b", pool.Workers * panelOfB);
        int parts = blocks.Count * panels.Count;
        if (g.M < SharedRows)
        {
            for (int part = 0; part < parts; part++)
                PackA(part);
        }
        else
        {
            pool.For(parts, (part, _) => PackA(part));
        }

        int columns = (g.N + MicroKernel<S, V>.Columns - 1) / MicroKernel<S, V>.Columns;
        int each = (int)Math.Clamp(TaskFloats / panelOfB, 1, Math.Max(1, columns / 16));
        pool.For((columns + each - 1) / each, (task, worker) =>
        {
            int last = Math.Min(columns, (task + 1) * each);
            for (int j = task * each; j < last; j++)
                Column(g, blocks, panels, j, a, panelOfA, b + (worker * panelOfB));
        });

        void PackA(int part)
        {
            int block = part / panels.Count, p = part % panels.Count;
            Packing<S, V>.A(
                g, panels.Start(p), panels.Rows(p), blocks.Start(block), blocks.Depth(block), a + (part * panelOfA));
        }
    }

    /// <summary>A panel of columns for all rows.</summary>
    private static void Column(
        in GemmArguments g, in KBlocks blocks, in RowPanels panels, int j, float* a, nint panelOfA, float* b)
    {
        int first = j * MicroKernel<S, V>.Columns;
        for (int block = 0; block < blocks.Count; block++)
        {
            int start = blocks.Start(block), depth = blocks.Depth(block);
            bool accumulate = g.Accumulate || block > 0;
            for (int k = 0; k < depth; k += Chunk)
                Pack(g, first, start + k, Math.Min(Chunk, depth - k), b + ((nint)k * MicroKernel<S, V>.Columns));
            for (int p = 0; p < panels.Count; p++, a += panelOfA)
                GemmTile<S, V>.Run(g, panels.Start(p), panels.Rows(p), j, depth, a, b, accumulate, a, 0);
        }
    }

    /// <summary>
    /// Packs a chunk of B. Where rows are short, the same chunk of the next panel is called into the second level
    /// meanwhile: the processor's own prefetchers start anew at every row.
    /// </summary>
    private static void Pack(in GemmArguments g, int first, int start, int depth, float* b)
    {
        int size = g.BType == DType.BF16 ? sizeof(ushort) : sizeof(float);
        nint stride = g.StrideB * size;
        if (stride < ShortRowBytes)
        {
            byte* next = (byte*)g.B + ((first + MicroKernel<S, V>.Columns) * stride) + ((nint)start * size);
            for (int row = 0; row < MicroKernel<S, V>.Columns; row++, next += stride)
            {
                for (int at = 0; at < depth * size; at += CacheLine)
                    Prefetch.SecondLevel(next + at);
            }
        }

        Packing<S, V>.B(g, first, start, depth, b);
    }
}
