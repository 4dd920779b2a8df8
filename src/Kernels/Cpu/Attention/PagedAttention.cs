using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Attention of new tokens of one sequence over its pages, for the query heads that share a key/value head. A page
/// holds keys and values as <see cref="MicroKernel{S, V}"/> reads them: nothing is packed again. Every page is taken by
/// itself (maximum, sum and unnormalised output of each row) and pages are folded in order, so that a token's bits
/// depend on what it sees alone.
/// </summary>
/// <remarks>
/// For each head, a page of keys is panels [D, Columns] of Columns keys, and one of values panels [64, Columns] of
/// Columns features, the last one padded.
/// </remarks>
internal unsafe struct PagedAttention<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int Page = PagedLayout.PageTokens;

    public HeadGroup Group;

    /// <summary>Pages of the sequence.</summary>
    public int[] Pages;

    /// <summary>First floats of the key/value head in page 0 of keys and values.</summary>
    public float* Keys;
    public float* Values;

    /// <summary>First floats of the head group in the sequence's first new token.</summary>
    public float* Q;
    public float* Y;

    /// <summary>Floats of a token in q.</summary>
    public nint QStride;

    /// <summary>Where in the sequence the first new token stands.</summary>
    public int Start;

    /// <summary>Floats from a page to the next one.</summary>
    public nint PageStride;

    private static int Columns => MicroKernel<S, V>.Columns;

    private static int MaxRows => MicroKernel<S, V>.MaxRows;

    private readonly int Padded => PaddedHead(Group.HeadDim);

    /// <summary>Floats of a row's state: maximum, sum, output.</summary>
    public static int StateSize(in HeadGroup group) => group.HeadDim + 2;

    /// <summary>Features of a head in a page of values: whole panels.</summary>
    public static int PaddedHead(int headDim) => (headDim + Columns - 1) / Columns * Columns;

    /// <summary>Floats of a worker's workspace: queries, scores, probabilities and the output of a panel.</summary>
    public static long Workspace(in HeadGroup group) =>
        Align(Packing<S, V>.PanelOfA(group.HeadDim)) + Align((long)MaxRows * Page) + Align(Packing<S, V>.PanelOfA(Page))
        + Align((long)MaxRows * PaddedHead(group.HeadDim));

    /// <summary>Stores a token's key and value of one head.</summary>
    /// <param name="key">The head's first float in the token's page.</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="entry">Of the page.</param>
    public static void Store(float* k, float* v, float* key, float* value, int entry, int d)
    {
        key += (nint)(entry / Columns) * d * Columns + entry % Columns;
        for (int i = 0; i < d; i++)
            key[(nint)i * Columns] = k[i];
        value += (nint)entry * Columns;
        for (int i = 0; i < d; i += Columns, value += (nint)Page * Columns)
            new ReadOnlySpan<float>(v + i, Math.Min(Columns, d - i)).CopyTo(new Span<float>(value, Columns));
    }

    /// <summary>
    /// Rows <paramref name="from"/> .. <paramref name="to"/> - 1 (row r is query head r % G of new token r / G; at most
    /// a panel of them) over the pages first .. last - 1: each page's state goes to <paramref name="states"/>,
    /// [pages, rows, <see cref="StateSize"/>].
    /// </summary>
    public readonly void RunPages(int from, int to, int first, int last, float* states, float* workspace)
    {
        int rows = to - from, d = Group.HeadDim;
        float* q = workspace;
        float* s = q + Align(Packing<S, V>.PanelOfA(d));
        float* p = s + Align((long)MaxRows * Page);
        float* o = p + Align(Packing<S, V>.PanelOfA(Page));
        PackQueries(from, to, q);
        for (int page = first; page < last; page++)
        {
            float* keys = Keys + Pages[page] * PageStride, values = Values + Pages[page] * PageStride;
            for (int j = 0; j < Page; j += Columns)
            {
                float* next = j + Columns < Page ? keys + (nint)(j + Columns) * d : values;
                MicroKernel<S, V>.Run(rows, d, q, keys + (nint)j * d, s + j, Page, false, next, Columns);
            }

            int depth = Visible(to - 1, page);
            for (int r = 0; r < rows; r++)
                Soften(s + (nint)r * Page, Visible(from + r, page), depth, states + (nint)r * (d + 2));
            if (depth > 0)
            {
                Packing<S, V>.A(new GemmArguments { A = s, StrideA = Page }, 0, rows, 0, depth, p);
                Weigh(rows, depth, values, page + 1 < last ? Keys + Pages[page + 1] * PageStride : p, p, o, states);
            }

            states += (nint)rows * (d + 2);
        }
    }

    /// <summary>Folds a page's state of a row into what came before: both become the new state of all.</summary>
    public static void Fold(float* all, float* page, int d)
    {
        if (page[0] == float.NegativeInfinity)
            return;
        if (all[0] == float.NegativeInfinity)
        {
            new ReadOnlySpan<float>(page, d + 2).CopyTo(new Span<float>(all, d + 2));
            return;
        }

        if (page[0] > all[0])
        {
            RowMath<S, V>.Scale(all + 1, MathF.Exp(all[0] - page[0]), all + 1, d + 1);
            all[0] = page[0];
        }

        RowMath<S, V>.AddScaled(page + 1, MathF.Exp(page[0] - all[0]), all + 1, d + 1);
    }

    /// <summary>Writes a row of y from its state.</summary>
    public readonly void Finish(int row, float* state) =>
        RowMath<S, V>.Scale(
            state + 2, 1 / state[1],
            Y + row / Group.Count * Group.QueryStride + (nint)(row % Group.Count) * Group.HeadDim, Group.HeadDim);

    /// <summary>Keys of a page that a row sees, 0 .. 64.</summary>
    private readonly int Visible(int row, int page) =>
        Math.Clamp(Start + row / Group.Count + 1 - page * Page, 0, Page);

    private static long Align(long floats) => (floats + 15) / 16 * 16;

    /// <summary>q[k, r], as the kernel reads A.</summary>
    private readonly void PackQueries(int from, int to, float* q)
    {
        int rows = to - from, d = Group.HeadDim;
        for (int r = 0; r < rows; r++)
        {
            int row = from + r;
            float* x = Q + row / Group.Count * QStride + (nint)(row % Group.Count) * d;
            for (int i = 0; i < d; i++)
                q[((nint)i * rows) + r] = x[i];
        }
    }

    /// <summary>A row's scores become exponentials, 0 from the last visible one on; its maximum and sum.</summary>
    private readonly void Soften(float* s, int visible, int depth, float* state)
    {
        if (visible == 0)
        {
            state[0] = float.NegativeInfinity;
            new Span<float>(state + 1, Group.HeadDim + 1).Clear();
        }
        else
        {
            SoftmaxBlock<S, V>.Row(s, visible, Group.Scale, out state[0], out state[1]);
        }

        if (depth > visible)
            new Span<float>(s + visible, depth - visible).Clear();
    }

    /// <summary>The rows' outputs: P V.</summary>
    /// <param name="next">What is read next.</param>
    private readonly void Weigh(int rows, int depth, float* values, float* next, float* p, float* o, float* states)
    {
        int d = Group.HeadDim, width = Padded;
        for (int j = 0; j < width; j += Columns)
        {
            float* panel = values + (nint)j * Page;
            MicroKernel<S, V>.Run(
                rows, depth, p, panel, o + j, width, false, j + Columns < width ? panel + (nint)Page * Columns : next,
                Columns);
        }

        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<float>(o + (nint)r * width, d).CopyTo(new Span<float>(states + (nint)r * (d + 2) + 2, d));
    }
}
