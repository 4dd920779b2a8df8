using System.Runtime.CompilerServices;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Generation;

/// <summary>
/// Which pages of a cache hold which tokens. Pages that no row uses any longer keep their tokens, so that a prefix that
/// comes again is found, until the room is needed: then those go first that were given back first.
/// </summary>
internal sealed class PagePool
{
    private readonly Stack<int> _free = new();
    private readonly LinkedList<CachedPage> _unused = [];

    // Prefixes of another model's weights are other prefixes.
    private readonly ConditionalWeakTable<TransformerWeights, CachedPage> _roots = [];

    public PagePool(int pages)
    {
        Pages = pages;
        for (int i = pages - 1; i >= 0; i--)
            _free.Push(i);
    }

    public int Pages { get; }

    /// <summary>Pages that are free, or would be when asked for.</summary>
    public int Available => _free.Count + _unused.Count;

    /// <summary>Tokens in all pages, used or not.</summary>
    public int Tokens { get; private set; }

    public CachedPage Root(TransformerWeights weights) =>
        _roots.GetValue(weights, _ => new CachedPage(-1, null));

    /// <summary>The pages that hold a prefix of the tokens, as long as there is one.</summary>
    public PrefixMatch Find(TransformerWeights weights, ReadOnlySpan<int> tokens)
    {
        var full = new List<CachedPage>();
        CachedPage page = Root(weights);
        for (int at = 0; at < tokens.Length; at += PagedLayout.PageTokens)
        {
            ReadOnlySpan<int> left = tokens[at..Math.Min(tokens.Length, at + PagedLayout.PageTokens)];
            (CachedPage? best, int common) = Best(page, left);
            if (common < PagedLayout.PageTokens)
                return new PrefixMatch(full, best, common);
            page = best!;
            full.Add(page);
        }

        return new PrefixMatch(full, null, 0);
    }

    /// <summary>An empty page, used once.</summary>
    public CachedPage Take(CachedPage parent)
    {
        if (_free.Count == 0)
            Evict();
        return new CachedPage(_free.Pop(), parent) { Users = 1 };
    }

    public void Append(CachedPage page, int id)
    {
        page.Append(id);
        Tokens++;
    }

    public void Use(CachedPage page)
    {
        if (page.Users++ > 0)
            return;
        _unused.Remove(page.Unused!);
        page.Unused = null;
    }

    /// <summary>Gives up a row's pages: the last first, so that the beginning of a prefix outlives its end.</summary>
    public void Release(List<CachedPage> pages)
    {
        for (int i = pages.Count - 1; i >= 0; i--)
            Release(pages[i]);
        pages.Clear();
    }

    public void Release(CachedPage page)
    {
        if (--page.Users > 0)
            return;
        if (page.Count == 0)
            _free.Push(page.Index);
        else
            page.Unused = _unused.AddLast(page);
    }

    private static (CachedPage? Page, int Common) Best(CachedPage parent, ReadOnlySpan<int> tokens)
    {
        CachedPage? best = null;
        int most = 0;
        foreach (CachedPage page in parent.Children.GetValueOrDefault(tokens[0]) ?? [])
        {
            int common = page.Tokens.CommonPrefixLength(tokens);
            if (common > most)
                (best, most) = (page, common);
        }

        return (best, most);
    }

    /// <summary>Frees the page that is unused for the longest time and that none goes on from.</summary>
    private void Evict()
    {
        for (LinkedListNode<CachedPage>? node = _unused.First; node is not null; node = node.Next)
        {
            CachedPage page = node.Value;
            if (page.Children.Count > 0)
                continue;
            _unused.Remove(node);
            page.Leave();
            Tokens -= page.Count;
            _free.Push(page.Index);
            return;
        }

        throw new InvalidOperationException("generation: cache: expected a page that is free, got none");
    }
}
