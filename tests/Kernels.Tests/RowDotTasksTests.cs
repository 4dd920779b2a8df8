using FsCheck;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

public sealed class RowDotTasksTests
{
    /// <summary>Tasks follow one another from the first tile to the last; with few rows every worker has a long one.
    /// </summary>
    [Property(MaxTest = 500)]
    public void Every_tile_is_in_one_task(PositiveInt tileCount, PositiveInt workerCount, bool isFew, byte cached)
    {
        int tiles = tileCount.Get, workers = workerCount.Get % 40 + 1;
        var tasks = RowDotTasks.Of(tiles, workers, isFew, cached);
        Assert.Equal(0, tasks.Start(0));
        Assert.Equal(tiles, tasks.Start(tasks.Count));
        int[] sizes = [.. Enumerable.Range(0, tasks.Count).Select(t => tasks.Start(t + 1) - tasks.Start(t))];
        Assert.All(sizes, size => Assert.True(size > 0));
        if (isFew && tiles >= 2 * workers)
            Assert.All(sizes[..workers], size => Assert.Equal(sizes.Max(), size));
    }
}
