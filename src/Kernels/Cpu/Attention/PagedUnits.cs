using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Cuts new tokens into panels of rows and, where a sequence has few of them but sees many pages, the pages too. The
/// cuts change no bits: pages are folded in order either way.
/// </summary>
/// <param name="Units">The pieces, dearest first.</param>
/// <param name="Panels">
/// Panels whose pages were cut: State is that of the first page, First and Last are of all.
/// </param>
/// <param name="StateRows">Rows of workspace that a head takes.</param>
internal sealed record PagedUnits(PagedUnit[] Units, PagedUnit[] Panels, long StateRows)
{
    /// <summary>Pages taken at a time: their states stay in the first-level cache.</summary>
    public const int ChunkPages = 8;

    /// <summary>Pieces for each worker at least, where there are pages enough.</summary>
    private const int PiecesOfWorker = 4;

    /// <summary>Pages of a piece: fewer than <see cref="ChunkPages"/> where few sequences would leave workers idle.
    /// </summary>
    public static int PagesOfChunk(PagedLayout layout, int keyValueHeads, int workers)
    {
        long pages = 0;
        for (int r = 0; r < layout.Sequences; r++)
            pages += PagedLayout.PagesOf(layout.Starts[r] + layout.Count(r));
        return (int)Math.Clamp(pages * keyValueHeads / (PiecesOfWorker * workers), 1, ChunkPages);
    }

    /// <param name="group">Query heads to a key/value head.</param>
    /// <param name="mostRows">Rows of a panel.</param>
    /// <param name="chunkPages">Pages of a piece, where pages are cut.</param>
    public static PagedUnits Of(PagedLayout layout, int group, int mostRows, int chunkPages)
    {
        var units = new List<PagedUnit>();
        var panels = new List<PagedUnit>();
        long states = 0;
        for (int r = 0; r < layout.Sequences; r++)
        {
            int rows = layout.Count(r) * group;
            for (int from = 0; from < rows; from += mostRows)
            {
                int to = Math.Min(from + mostRows, rows);
                int pages = PagedLayout.PagesOf(layout.Starts[r] + ((to - 1) / group) + 1);
                if (rows > mostRows || pages <= chunkPages)
                {
                    units.Add(new PagedUnit(r, from, to, 0, pages, -1));
                    continue;
                }

                panels.Add(new PagedUnit(r, from, to, 0, pages, states));
                for (int first = 0; first < pages; first += chunkPages)
                {
                    int last = Math.Min(first + chunkPages, pages);
                    units.Add(new PagedUnit(r, from, to, first, last, states));
                    states += (long)(last - first) * (to - from);
                }
            }
        }

        PagedUnit[] sorted = [.. units];
        Array.Sort(sorted, (a, b) => ((b.Last - b.First) * b.Rows).CompareTo((a.Last - a.First) * a.Rows));
        return new PagedUnits(sorted, [.. panels], states);
    }
}
