using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>What kernels/attention_paged.cu and kernels/pages.cu are told of a layout.</summary>
internal static class PagedTables
{
    /// <summary>Integers of a row of <see cref="Tokens"/>: PagedToken of kernels/attention_paged.cu.</summary>
    public const int TokenWidth = 4;

    /// <summary>The entry of each new token: page times 64, and its place there.</summary>
    public static int[] NewEntries(PagedLayout layout)
    {
        int[] entries = new int[layout.NewTokens.Tokens];
        for (int r = 0; r < layout.Sequences; r++)
            Entries(layout, r, layout.Starts[r], entries.AsSpan(layout.NewTokens.DocumentStarts[r]));
        return entries;
    }

    /// <summary>The entry of every token of some sequences, one sequence after the other.</summary>
    public static int[] AllEntries(PagedLayout layout, IReadOnlyList<int> sequences)
    {
        int[] entries = new int[sequences.Sum(layout.Length)];
        int first = 0;
        foreach (int r in sequences)
        {
            Entries(layout, r, 0, entries.AsSpan(first));
            first += layout.Length(r);
        }

        return entries;
    }

    /// <summary>Of every new token of some sequences: its row, how much it sees, where its pages begin.</summary>
    public static int[] Tokens(PagedLayout layout, IReadOnlyList<int> sequences)
    {
        var rows = new List<int>();
        int page = 0;
        foreach (int r in sequences)
        {
            for (int i = 0; i < layout.Count(r); i++)
                rows.AddRange([layout.NewTokens.DocumentStarts[r] + i, layout.Starts[r] + i + 1, page, 0]);
            page += PagedLayout.PagesOf(layout.Length(r));
        }

        return [.. rows];
    }

    /// <summary>The pages of some sequences, as far as they hold something.</summary>
    public static int[] Pages(PagedLayout layout, IReadOnlyList<int> sequences) =>
        [.. sequences.SelectMany(r => layout.Pages[r].Take(PagedLayout.PagesOf(layout.Length(r))))];

    private static void Entries(PagedLayout layout, int sequence, int from, Span<int> entries)
    {
        int[] pages = layout.Pages[sequence];
        for (int at = from; at < layout.Length(sequence); at++)
        {
            entries[at - from] =
                (pages[at / PagedLayout.PageTokens] * PagedLayout.PageTokens) + (at % PagedLayout.PageTokens);
        }
    }
}
