using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <remarks>A page is [64, Hkv D].</remarks>
internal sealed partial class CudaOps
{
    public override int PageElements(HeadShape heads) => PagedLayout.PageTokens * heads.KeyValueSize;

    protected override void AppendToPagesCore(
        Tensor k, Tensor v, HeadShape heads, PagedLayout layout, Tensor keys, Tensor values)
    {
        Tensor keyEntries = Entries(keys, heads), valueEntries = Entries(values, heads);
        for (int r = 0; r < layout.Sequences; r++)
        {
            int first = layout.NewTokens.DocumentStarts[r] - layout.Starts[r];
            ForPages(layout, r, layout.Starts[r], (from, entry, count) =>
            {
                CopyCore(k.Slice(first + from, count), keyEntries.Slice(entry, count));
                CopyCore(v.Slice(first + from, count), valueEntries.Slice(entry, count));
            });
        }
    }

    protected override void AttentionPagedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y, bool sameBits)
    {
        Tensor keyEntries = Entries(keys, heads), valueEntries = Entries(values, heads);
        for (int r = 0; r < layout.Sequences; r++)
        {
            int tokens = layout.Length(r), first = layout.NewTokens.DocumentStarts[r], count = layout.Count(r);
            Tensor k = Gathered("attention keys"), v = Gathered("attention values");
            ForPages(layout, r, 0, (from, entry, n) =>
            {
                CopyCore(keyEntries.Slice(entry, n), k.Slice(from, n));
                CopyCore(valueEntries.Slice(entry, n), v.Slice(from, n));
            });
            int step = sameBits ? 1 : count;
            for (int i = 0; i < count; i += step)
            {
                AttentionCachedCore(
                    q.Slice(first + i, step), k, v, heads, layout.Starts[r] + i, y.Slice(first + i, step));
            }

            Tensor Gathered(string name)
            {
                DeviceMemory memory = _scratch.Get(name, ActivationType, (long)tokens * heads.KeyValueSize);
                return new Tensor(
                    name, ActivationType, new Shape([tokens, heads.KeyValueSize]), (nint)memory.Address, memory);
            }
        }
    }

    private static Tensor Entries(Tensor pages, HeadShape heads) =>
        pages.Reshape(pages.Shape[0] * PagedLayout.PageTokens, heads.KeyValueSize);

    /// <summary>Runs <paramref name="body"/> (token, entry, tokens) for every page of a sequence from a token on.</summary>
    private static void ForPages(PagedLayout layout, int sequence, int from, Action<int, int, int> body)
    {
        int end = layout.Length(sequence);
        while (from < end)
        {
            int within = from % PagedLayout.PageTokens, count = Math.Min(PagedLayout.PageTokens - within, end - from);
            int page = layout.Pages[sequence][from / PagedLayout.PageTokens];
            body(from, page * PagedLayout.PageTokens + within, count);
            from += count;
        }
    }
}
