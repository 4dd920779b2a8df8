namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// How the tiles of <see cref="RowDots{S, V}"/> are shared out. Where weights meet few rows, each worker begins with a
/// long run, which memory gives fastest, and short ones make up for those who came late.
/// </summary>
/// <param name="Long">Tiles of each of the first tasks.</param>
/// <param name="LongTasks">How many there are.</param>
/// <param name="Short">Tiles of each of the others.</param>
/// <param name="Tiles">Tiles in all.</param>
internal readonly record struct RowDotTasks(int Long, int LongTasks, int Short, int Tiles)
{
    /// <summary>Tasks for each worker at least, where there are tiles enough.</summary>
    private const int TasksOfWorker = 4;

    /// <summary>The part of the tiles that the long runs have, in quarters.</summary>
    private const int LongQuarters = 3;

    public int Count => LongTasks + ((Tiles - (Long * LongTasks) + Short - 1) / Short);

    /// <summary>Tiles of the largest task.</summary>
    public int Largest => Math.Max(LongTasks > 0 ? Long : 0, Short);

    /// <param name="isFew">Whether all rows are of one panel: every weight is used once.</param>
    /// <param name="cachedTiles">Tiles whose weights stay in a cache while all rows meet them.</param>
    public static RowDotTasks Of(int tiles, int workers, bool isFew, int cachedTiles)
    {
        int most = Math.Max(1, tiles / (workers * TasksOfWorker));
        if (!isFew)
            return new(0, 0, Math.Clamp(cachedTiles, 1, most), tiles);
        int longest = tiles * LongQuarters / 4 / workers;
        int rest = tiles - (longest * workers);
        return new(longest, longest == 0 ? 0 : workers, Math.Max(1, rest / (workers * TasksOfWorker)), tiles);
    }

    /// <summary>The first tile of a task; of the one after the last, <see cref="Tiles"/>.</summary>
    public int Start(int task) => task <= LongTasks
        ? task * Long
        : Math.Min(Tiles, (LongTasks * Long) + ((task - LongTasks) * Short));
}
