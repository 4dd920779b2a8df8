using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Generation;

/// <summary>
/// A page of the cache, and the tokens whose keys and values it holds. What they are depends on all tokens before them:
/// pages are nodes of a tree of prefixes.
/// </summary>
/// <param name="index">Of the page in the cache; -1 for a root of the tree.</param>
/// <param name="parent">The page before it.</param>
internal sealed class CachedPage(int index, CachedPage? parent)
{
    private readonly int[] _tokens = new int[index < 0 ? 0 : PagedLayout.PageTokens];

    public int Index => index;

    public CachedPage? Parent => parent;

    /// <summary>Tokens held.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public bool IsFull => Count == PagedLayout.PageTokens;

    /// <summary>Rows that use it.</summary>
    public int Users { get; set; }

    /// <summary>Pages that go on from it, by their first token.</summary>
    public Dictionary<int, List<CachedPage>> Children { get; } = [];

    /// <summary>Its place among the unused.</summary>
    public LinkedListNode<CachedPage>? Unused { get; set; }

    public void Append(int id)
    {
        if (Count == 0)
            Join();
        _tokens[Count++] = id;

        void Join()
        {
            if (!parent!.Children.TryGetValue(id, out List<CachedPage>? same))
                parent.Children[id] = same = [];
            same.Add(this);
        }
    }

    /// <summary>Takes it out of the tree.</summary>
    public void Leave()
    {
        if (Count == 0)
            return;
        List<CachedPage> same = parent!.Children[_tokens[0]];
        same.Remove(this);
        if (same.Count == 0)
            parent.Children.Remove(_tokens[0]);
    }
}
