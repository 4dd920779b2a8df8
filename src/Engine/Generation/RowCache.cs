using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Generation;

/// <summary>
/// The pages of rows: who gets how many, what is shared, what is promised. A row starts only where there are pages for
/// all that it may become, so that none ever waits in the middle.
/// </summary>
internal sealed class RowCache(KvCache cache, int pages, bool sharesPrefixes)
{
    /// <summary>Tokens of a page that are worth copying, rather than computing them again.</summary>
    private const int LeastCopied = 8;

    private readonly PagePool _pool = new(pages);

    /// <summary>Pages that running rows have not taken yet.</summary>
    private int _promised;

    /// <summary>Tokens held.</summary>
    public int Tokens => _pool.Tokens;

    public int Capacity => checked(_pool.Pages * PagedLayout.PageTokens);

    /// <summary>
    /// Whether a row should wait for a prompt under way: they begin alike, further than what is in the cache by now.
    /// </summary>
    public bool WaitsFor(GenerationRow row, IEnumerable<GenerationRow> running)
    {
        if (!sharesPrefixes)
            return false;
        int found = -1;
        ReadOnlySpan<int> tokens = row.Request.Prompt.Span[..row.FirstNeeded];
        foreach (GenerationRow other in running)
        {
            if (!other.IsInPrompt || !ReferenceEquals(other.Weights, row.Weights))
                continue;
            int common = tokens.CommonPrefixLength(other.Request.Prompt.Span);
            if (common <= other.Computed || common < LeastCopied)
                continue;
            found = found < 0 ? Found(row) : found;
            if (common >= found + LeastCopied)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Gives a row what the cache has of its prompt and promises the rest; false where there is no room.
    /// </summary>
    public bool TryStart(GenerationRow row)
    {
        PrefixMatch match = Match(row);
        int needed = PagedLayout.PagesOf(row.Request.CachedTokens) - match.Full.Count;
        int taken = 0;
        foreach (CachedPage page in match.Full)
            taken += page.Users == 0 ? 1 : 0;
        if (_pool.Available - taken - _promised < needed)
            return false;
        foreach (CachedPage page in match.Full)
        {
            _pool.Use(page);
            row.Pages.Add(page);
        }

        row.Computed = match.Full.Count * PagedLayout.PageTokens;
        _promised += needed;
        if (match.Partly is { } partly && match.PartTokens >= LeastCopied)
            Copy(row, partly, match.PartTokens);
        row.PromptTokensFound = row.Computed;
        return true;
    }

    /// <summary>Sees to it that a row has pages for so many of its tokens.</summary>
    public void Reach(GenerationRow row, int tokens)
    {
        while (row.Pages.Count * PagedLayout.PageTokens < tokens)
        {
            row.Pages.Add(_pool.Take(row.Pages.Count > 0 ? row.Pages[^1] : _pool.Root(row.Weights)));
            _promised--;
        }
    }

    /// <summary>A row's tokens up to <paramref name="end"/> are computed: others may find them.</summary>
    public void Fill(GenerationRow row, int end)
    {
        for (; row.Computed < end; row.Computed++)
            _pool.Append(row.Pages[row.Computed / PagedLayout.PageTokens], row[row.Computed]);
    }

    public void End(GenerationRow row)
    {
        _promised -= PagedLayout.PagesOf(row.Request.CachedTokens) - row.Pages.Count;
        _pool.Release(row.Pages);
    }

    private int Found(GenerationRow row)
    {
        PrefixMatch match = Match(row);
        return (match.Full.Count * PagedLayout.PageTokens) + match.PartTokens;
    }

    private PrefixMatch Match(GenerationRow row) => sharesPrefixes
        ? _pool.Find(row.Weights, row.Request.Prompt.Span[..row.FirstNeeded])
        : new PrefixMatch([], null, 0);

    /// <summary>Makes the row's next page one that begins like another.</summary>
    private void Copy(GenerationRow row, CachedPage from, int tokens)
    {
        // It is held meanwhile; where it is the last page that could be given away, nothing is copied.
        _pool.Use(from);
        if (_pool.Available > 0)
        {
            Reach(row, row.Computed + 1);
            cache.CopyPage(from.Index, row.Pages[^1].Index);
            Fill(row, row.Computed + tokens);
        }

        _pool.Release(from);
    }
}
