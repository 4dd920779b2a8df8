using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Products of few rows with a weight [N, K], as in generation: each weight is read from memory once, panel by panel of
/// C's columns, and meets all rows while it is in the cache next to the core. The sums are those of
/// <see cref="GemmTask{S, V}"/>, to the bit.
/// </summary>
internal static unsafe class FewRows<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Rows of A up to which it is faster than packing B for all.</summary>
    public const int Most = 64;

    /// <summary>Rows of A whose sums are held in registers while B is packed.</summary>
    private const int MostNarrow = 4;

    /// <summary>Elements of the widest vector.</summary>
    private const int MostCount = 16;

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
    public static bool Fits(in GemmArguments g) => g.M <= Most && !g.ATransposed && !g.BRowsAreK;

    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        GemmArguments g = arguments;
        var blocks = new KBlocks(g.K);
        var panels = new RowPanels(g.M, MicroKernel<S, V>.MaxRows);
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
            if (g.M <= MostNarrow)
            {
                Narrow(g, first, start, depth, a, b, accumulate);
                a += panelOfA;
                continue;
            }

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

    /// <summary>
    /// A block of k for so few rows that their sums take no longer than the packing: chunk by chunk, so that the
    /// processor does both at once.
    /// </summary>
    [SkipLocalsInit]
    private static void Narrow(
        in GemmArguments g, int first, int start, int depth, float* a, float* b, bool accumulate)
    {
        int width = MicroKernel<S, V>.Columns;
        float* sums = stackalloc float[MostNarrow * 2 * MostCount];
        new Span<float>(sums, g.M * width).Clear();
        for (int k = 0; k < depth; k += Chunk)
        {
            int steps = Math.Min(Chunk, depth - k);
            Pack(g, first, start + k, steps, b);
            switch (g.M)
            {
                case 1:
                    Continue<Rows1>(steps, a + k, b, sums);
                    break;
                case 2:
                    Continue<Rows2>(steps, a + (2 * k), b, sums);
                    break;
                case 3:
                    Continue<Rows3>(steps, a + (3 * k), b, sums);
                    break;
                default:
                    Continue<Rows4>(steps, a + (4 * k), b, sums);
                    break;
            }
        }

        int columns = Math.Min(width, g.N - first);
        for (int i = 0; i < g.M; i++, sums += width)
        {
            float* c = g.C + (i * g.StrideC) + first;
            if (accumulate)
                RowMath<S, V>.Add(sums, c, c, columns);
            else
                new ReadOnlySpan<float>(sums, columns).CopyTo(new Span<float>(c, columns));
        }
    }

    /// <summary>sums[R, Columns] go on over so many steps of k of packed A and B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Continue<R>(nint steps, float* a, float* b, float* sums)
        where R : struct, ITileRows
    {
        V c0L = S.Load(sums), c0R = S.Load(sums + S.Count), c1L = S.Zero, c1R = S.Zero;
        V c2L = S.Zero, c2R = S.Zero, c3L = S.Zero, c3R = S.Zero;
        if (R.Count > 1)
            (c1L, c1R) = (S.Load(sums + (2 * S.Count)), S.Load(sums + (3 * S.Count)));
        if (R.Count > 2)
            (c2L, c2R) = (S.Load(sums + (4 * S.Count)), S.Load(sums + (5 * S.Count)));
        if (R.Count > 3)
            (c3L, c3R) = (S.Load(sums + (6 * S.Count)), S.Load(sums + (7 * S.Count)));
        for (float* end = a + (steps * R.Count); a < end; a += R.Count, b += 2 * S.Count)
        {
            V left = S.Load(b), right = S.Load(b + S.Count);
            Step(a[0], left, right, ref c0L, ref c0R);
            if (R.Count > 1)
                Step(a[1], left, right, ref c1L, ref c1R);
            if (R.Count > 2)
                Step(a[2], left, right, ref c2L, ref c2R);
            if (R.Count > 3)
                Step(a[3], left, right, ref c3L, ref c3R);
        }

        Store(sums, c0L, c0R);
        if (R.Count > 1)
            Store(sums + (2 * S.Count), c1L, c1R);
        if (R.Count > 2)
            Store(sums + (4 * S.Count), c2L, c2R);
        if (R.Count > 3)
            Store(sums + (6 * S.Count), c3L, c3R);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float a, V left, V right, ref V sumLeft, ref V sumRight)
    {
        V x = S.Broadcast(a);
        sumLeft = S.FusedMultiplyAdd(x, left, sumLeft);
        sumRight = S.FusedMultiplyAdd(x, right, sumRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, V left, V right)
    {
        S.Store(to, left);
        S.Store(to + S.Count, right);
    }
}
