using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// Elements that a page of <see cref="PagedLayout.PageTokens"/> keys takes, and one of values; how they lie in it
    /// is the backend's own.
    /// </summary>
    public abstract int PageElements(HeadShape heads);

    /// <summary>
    /// Stores the keys and values of new tokens in their pages. k, v activation [T, Hkv D], which may be columns of a
    /// matrix of more heads; keys, values activation [pages, <see cref="PageElements"/>].
    /// </summary>
    public void AppendToPages(Tensor k, Tensor v, HeadShape heads, PagedLayout layout, Tensor keys, Tensor values)
    {
        const string Op = nameof(AppendToPages);
        int tokens = k.Shape[0];
        CheckPages(Op, heads, layout, tokens, keys, values);
        CheckPacked(Op, nameof(k), k, tokens, heads.KeyValueHeads, heads);
        CheckPacked(Op, nameof(v), v, tokens, heads.KeyValueHeads, heads);
        CheckOutputs(Op, [keys, values], [k, v]);
        AppendToPagesCore(k, v, heads, layout, keys, values);
    }

    /// <summary>
    /// Attention of new tokens over pages that already hold them (<see cref="AppendToPages"/>): the token at p of its
    /// sequence sees its tokens 0 .. p. Scale 1 / sqrt(D). q, y activation [T, Hq D]; q may be columns of a matrix of
    /// more heads. y shares no memory with anything else. Entries that no token sees are not read into any result,
    /// whatever they hold.
    /// </summary>
    /// <param name="sameBits">
    /// Whether a token's result must depend on its sequence alone, to the bit: not on how many of its tokens, or which
    /// other sequences, come with it. The CPU has no other way.
    /// </param>
    public void AttentionPaged(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y, bool sameBits = false)
    {
        const string Op = nameof(AttentionPaged);
        int tokens = q.Shape[0];
        CheckPages(Op, heads, layout, tokens, keys, values);
        CheckPacked(Op, nameof(q), q, tokens, heads.QueryHeads, heads);
        Require.Shape(Op, nameof(y), y, ActivationType, tokens, heads.QuerySize);
        CheckOutputs(Op, [y], [q, keys, values]);
        AttentionPagedCore(q, keys, values, heads, layout, y, sameBits);
    }

    protected abstract void AppendToPagesCore(
        Tensor k, Tensor v, HeadShape heads, PagedLayout layout, Tensor keys, Tensor values);

    protected abstract void AttentionPagedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, PagedLayout layout, Tensor y, bool sameBits);

    private void CheckPages(
        string op, HeadShape heads, PagedLayout layout, int tokens, Tensor keys, Tensor values)
    {
        CheckHeads(op, heads);
        Require.Layout(op, layout.NewTokens, tokens);
        int pages = keys.Shape[0], documents = layout.NewTokens.Documents;
        Require.Shape(op, nameof(keys), keys, ActivationType, pages, PageElements(heads));
        Require.Shape(op, nameof(values), values, ActivationType, pages, PageElements(heads));
        if (layout.Starts.Length != documents || layout.Pages.Length != documents)
        {
            throw new ArgumentException(
                $"{op}: layout: expected {documents} starts and lists of pages, one for each document of new tokens, "
                + $"got {layout.Starts.Length} and {layout.Pages.Length}");
        }

        for (int r = 0; r < documents; r++)
        {
            int needed = PagedLayout.PagesOf(layout.Length(r));
            if (layout.Starts[r] < 0 || layout.Pages[r].Length < needed)
            {
                throw new ArgumentException(
                    $"{op}: layout: sequence {r}: expected a start of at least 0 and {needed} pages for "
                    + $"{layout.Length(r)} tokens, got {layout.Starts[r]} and {layout.Pages[r].Length}");
            }

            foreach (int page in layout.Pages[r].AsSpan(0, needed))
            {
                if (page < 0 || page >= pages)
                {
                    throw new ArgumentException(
                        $"{op}: layout: sequence {r}: expected pages 0 .. {pages - 1}, got {page}");
                }
            }
        }
    }
}
