using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <remarks>
/// A page is [64, Hkv D]. Few new tokens of a sequence read its pages where they lie, each for itself; of many, the
/// pages are put together for the kernel of whole documents.
/// </remarks>
internal sealed partial class CudaOps
{
    /// <summary>Of kernels/pages.cu.</summary>
    private const int PageThreads = 256;

    public override int PageElements(HeadShape heads) => PagedLayout.PageTokens * heads.KeyValueSize;

    protected override void AppendToPagesCore(
        Tensor k, Tensor v, HeadShape heads, PagedLayout layout, Tensor keys, Tensor values)
    {
        if (k.Count == 0)
            return;
        (ulong entries, int count) = _tables.For(layout, "new entries", PagedTables.NewEntries);
        Launch(
            "pages", "pages_store", PageRows(count),
            Arguments().Add(k).Add(v).Add(RowBytes(k)).Add(RowBytes(v)).Add(keys).Add(values).Add(entries)
                .Add(RowBytes(heads)));
    }

    protected override void AttentionPagedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y, bool sameBits)
    {
        CheckHeadDim(nameof(AttentionPaged), heads, AttentionKernel.LargestHeadDim);
        if (q.Count == 0)
            return;
        bool fits = new AttentionPieces(heads, IsBf16, 1, 1).IsFit;
        if (sameBits && !fits)
        {
            throw new ArgumentException(
                $"{nameof(AttentionPaged)}: heads: expected fewer query heads to a key/value head for results that are "
                + $"the same to the bit on a GPU, got {heads.Group}. Run this model on the CPU.");
        }

        int[] few = [], many = [];
        for (int r = 0; r < layout.Sequences; r++)
        {
            if (layout.Count(r) == 0)
                continue;
            if (sameBits || (fits && layout.Count(r) <= AttentionPieces.MaxTokens))
                few = [.. few, r];
            else
                many = [.. many, r];
        }

        if (few.Length > 0)
            OverPages(few, q, keys, values, heads, layout, y);
        if (many.Length > 0)
            OverGathered(many, q, keys, values, heads, layout, y);
    }

    private void OverPages(
        int[] sequences, Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y)
    {
        (ulong tokens, int integers) = _tables.For(
            layout, $"paged tokens {sequences.Length}", l => PagedTables.Tokens(l, sequences));
        (ulong pages, _) = _tables.For(
            layout, $"pages {sequences.Length}", l => PagedTables.Pages(l, sequences));
        int count = integers / PagedTables.TokenWidth, most = 0;
        foreach (int r in sequences)
            most = Math.Max(most, PagedLayout.PagesOf(layout.Length(r)));
        int step = new AttentionPieces(heads, IsBf16, count, most).MostTokens;
        AttentionShape shape = new AttentionShape(heads) with { QueryStride = RowStride(q) };
        for (int first = 0; first < count; first += step)
        {
            var pieces = new AttentionPieces(heads, IsBf16, Math.Min(step, count - first), most);
            ulong rows = tokens + ((ulong)first * PagedTables.TokenWidth * sizeof(int));
            DeviceMemory results = _scratch.Get("attention pieces", DType.F32, pieces.Results);
            DeviceMemory extremes = _scratch.Get("attention extremes", DType.F32, pieces.Extremes);
            Launch(
                AttentionPieces.Source, KernelName.Of("attention_paged", ActivationType), pieces.Shape,
                Arguments().Add(q).Add(keys).Add(values).Add(results).Add(extremes).Add(rows).Add(pages).Add(shape));
            Launch(
                AttentionPieces.Source, KernelName.Of("attention_join", ActivationType), pieces.JoinShape,
                Arguments().Add(results).Add(extremes).Add(y).Add(rows).Add(pieces.Count).Add(shape));
        }
    }

    private void OverGathered(
        int[] sequences, Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y)
    {
        (ulong entries, int count) = _tables.For(
            layout, "entries", l => PagedTables.AllEntries(l, sequences));
        Tensor k = Gathered("attention keys"), v = Gathered("attention values");
        Launch(
            "pages", "pages_load", PageRows(count),
            Arguments().Add(k).Add(v).Add(keys).Add(values).Add(entries).Add(RowBytes(heads)));
        var kernel = AttentionKernel.Forward(IsBf16, heads.HeadDim);
        int size = kernel.Rows;
        (ulong blocks, int integers) = _tables.For(
            layout, "blocks of new tokens", l => AttentionBlocks.OfNewTokens(l, sequences, size));
        Forward(kernel, q, k, v, heads, y, lse: null, blocks, integers / AttentionBlocks.Width);

        Tensor Gathered(string name)
        {
            DeviceMemory memory = _scratch.Get(name, ActivationType, (long)count * heads.KeyValueSize);
            return new Tensor(
                name, ActivationType, new Shape([count, heads.KeyValueSize]), (nint)memory.Address, memory);
        }
    }

    private int RowBytes(HeadShape heads) => heads.KeyValueSize * ActivationType.Size();

    /// <summary>From a row of heads to the next.</summary>
    private int RowBytes(Tensor x) => RowStride(x) * ActivationType.Size();

    private static LaunchShape PageRows(int rows) => new(new Dim3((uint)rows), new Dim3(PageThreads));
}
