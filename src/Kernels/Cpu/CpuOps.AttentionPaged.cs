using MolEngine.Kernels.Cpu.Attention;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>How the last layout is cut: every layer of a model asks for the same.</summary>
    private (PagedLayout Layout, HeadShape Heads, PagedUnits Units)? _paged;

    public override int PageElements(HeadShape heads) =>
        PagedLayout.PageTokens * heads.KeyValueHeads * PagedAttention<S, V>.PaddedHead(heads.HeadDim);

    protected override void AppendToPagesCore(
        Tensor k, Tensor v, HeadShape heads, PagedLayout layout, Tensor keys, Tensor values)
    {
        nint page = PageElements(heads), head = page / heads.KeyValueHeads;
        int d = heads.HeadDim;
        ForPieces(layout.Sequences * heads.KeyValueHeads, k.Count, task =>
        {
            int r = task / heads.KeyValueHeads, h = task % heads.KeyValueHeads;
            int first = layout.NewTokens.DocumentStarts[r];
            for (int i = 0; i < layout.Count(r); i++)
            {
                int at = layout.Starts[r] + i;
                nint to = layout.Pages[r][at / PagedLayout.PageTokens] * page + h * head;
                PagedAttention<S, V>.Store(
                    Row(k, first + i) + h * d, Row(v, first + i) + h * d, F32(keys) + to, F32(values) + to,
                    at % PagedLayout.PageTokens, d);
            }
        });
    }

    protected override void AttentionPagedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y, bool sameBits)
    {
        var group = new HeadGroup(heads);
        PagedUnits units = UnitsOf(layout, heads);
        int state = PagedAttention<S, V>.StateSize(group);
        long rows = PagedUnits.ChunkPages * MicroKernel<S, V>.MaxRows;
        long size = PagedAttention<S, V>.Workspace(group) + (rows + MicroKernel<S, V>.MaxRows) * state;
        float* workspace = _scratch.Get(AttentionWorkspace, size * _pool.Workers);
        float* states = _scratch.Get("attention pages", units.StateRows * heads.KeyValueHeads * state);
        _pool.For(units.Units.Length * heads.KeyValueHeads, (task, worker) =>
        {
            PagedUnit unit = units.Units[task / heads.KeyValueHeads];
            int head = task % heads.KeyValueHeads;
            PagedAttention<S, V> kernel = Kernel(unit, head);
            float* own = workspace + worker * size;
            float* local = own + PagedAttention<S, V>.Workspace(group);
            if (unit.State >= 0)
                kernel.RunPages(unit.From, unit.To, unit.First, unit.Last, StatesOf(unit, head), own);
            else
                RunWhole(kernel, unit, local, local + rows * state, own);
        });
        ForPieces(units.Panels.Length * heads.KeyValueHeads, units.StateRows * heads.KeyValueHeads * state, task =>
        {
            PagedUnit panel = units.Panels[task / heads.KeyValueHeads];
            int head = task % heads.KeyValueHeads;
            float* all = StatesOf(panel, head);
            Fold(all, all + (nint)panel.Rows * state, panel.Last - 1, panel.Rows, heads.HeadDim);
            Finish(Kernel(panel, head), panel, all);
        });

        float* StatesOf(in PagedUnit unit, int head) => states + (head * units.StateRows + unit.State) * state;

        PagedAttention<S, V> Kernel(in PagedUnit unit, nint head)
        {
            int first = layout.NewTokens.DocumentStarts[unit.Sequence];
            nint column = head * group.Width;
            nint page = PageElements(heads), at = head * (page / heads.KeyValueHeads);
            return new PagedAttention<S, V>
            {
                Group = group,
                Pages = layout.Pages[unit.Sequence],
                Start = layout.Starts[unit.Sequence],
                Keys = F32(keys) + at,
                Values = F32(values) + at,
                PageStride = page,
                Q = Row(q, first) + column,
                QStride = (nint)q.Stride,
                Y = Row(y, first) + column,
            };
        }
    }

    /// <summary>Rows over all the pages that they see, a chunk at a time.</summary>
    private static void RunWhole(
        in PagedAttention<S, V> kernel, in PagedUnit unit, float* chunk, float* all, float* workspace)
    {
        int d = kernel.Group.HeadDim, state = PagedAttention<S, V>.StateSize(kernel.Group);
        for (int r = 0; r < unit.Rows; r++)
            all[(nint)r * state] = float.NegativeInfinity;
        for (int first = unit.First; first < unit.Last; first += PagedUnits.ChunkPages)
        {
            int last = Math.Min(first + PagedUnits.ChunkPages, unit.Last);
            kernel.RunPages(unit.From, unit.To, first, last, chunk, workspace);
            Fold(all, chunk, last - first, unit.Rows, d);
        }

        Finish(kernel, unit, all);
    }

    /// <summary>Folds the states of pages, in order, into that of each row.</summary>
    private static void Fold(float* all, float* pages, int count, int rows, int d)
    {
        for (int page = 0; page < count; page++)
        {
            for (int r = 0; r < rows; r++, pages += d + 2)
                PagedAttention<S, V>.Fold(all + (nint)r * (d + 2), pages, d);
        }
    }

    private static void Finish(in PagedAttention<S, V> kernel, in PagedUnit unit, float* all)
    {
        for (int r = 0; r < unit.Rows; r++)
            kernel.Finish(unit.From + r, all + (nint)r * PagedAttention<S, V>.StateSize(kernel.Group));
    }

    private PagedUnits UnitsOf(PagedLayout layout, HeadShape heads)
    {
        if (_paged is not { } known || !ReferenceEquals(known.Layout, layout) || known.Heads != heads)
        {
            int chunk = PagedUnits.PagesOfChunk(layout, heads.KeyValueHeads, _pool.Workers);
            _paged = known = (layout, heads, PagedUnits.Of(layout, heads.Group, MicroKernel<S, V>.MaxRows, chunk));
        }

        return known.Units;
    }
}
