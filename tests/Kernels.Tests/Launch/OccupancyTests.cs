using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Tests.Launch;

/// <summary>Against NVIDIA's occupancy calculator.</summary>
public sealed class OccupancyTests
{
    [Theory]
    [InlineData(80, 256, 32, 0, 8, 100, "warps")]
    [InlineData(80, 256, 33, 0, 6, 75, "registers")]
    [InlineData(80, 256, 64, 0, 4, 50, "registers")]
    [InlineData(80, 256, 255, 0, 1, 12.5, "registers")]
    [InlineData(80, 128, 168, 0, 3, 18.75, "registers")]
    [InlineData(80, 32, 16, 0, 32, 50, "blocks")]
    [InlineData(80, 128, 32, 163 << 10, 1, 6.25, "shared memory")]
    [InlineData(80, 128, 32, 81 << 10, 2, 12.5, "shared memory")]
    [InlineData(86, 256, 40, 0, 6, 100, "warps")]
    [InlineData(86, 256, 48, 0, 5, 83.33, "registers")]
    [InlineData(86, 32, 16, 0, 16, 33.33, "blocks")]
    [InlineData(89, 32, 16, 0, 24, 50, "blocks")]
    [InlineData(89, 128, 32, 48 << 10, 2, 16.67, "shared memory")]
    [InlineData(89, 128, 32, 99 << 10, 1, 8.33, "shared memory")]
    [InlineData(89, 128, 32, (99 << 10) + 1, 0, 0, "shared memory")]
    [InlineData(90, 1024, 32, 0, 2, 100, "warps")]
    [InlineData(90, 384, 168, 227 << 10, 1, 18.75, "registers")]
    [InlineData(90, 33, 32, 0, 32, 100, "warps")]
    [InlineData(90, 1025, 32, 0, 0, 0, "threads of a block")]
    [InlineData(90, 1024, 65, 0, 0, 0, "registers")]
    public void Blocks_of_a_multiprocessor(
        int architecture, int threads, int registers, int shared, int blocks, double percent, string limit)
    {
        MultiprocessorLimits limits = MultiprocessorLimits.Of(ComputeCapability.Of(architecture));
        Occupancy occupancy = Occupancy.Of(limits, threads, registers, shared);
        Assert.Equal((blocks, limit), (occupancy.Blocks, occupancy.Limit));
        Assert.Equal(percent, 100 * occupancy.Share, 0.01);
        Assert.Equal(blocks * ((threads + 31) / 32), occupancy.Warps);
    }

    /// <summary>The least of what all kernels may use on common paths.</summary>
    [Fact]
    public void Every_architecture_gives_a_block_99_KiB() => Assert.All(
        MultiprocessorLimits.Known,
        c => Assert.True(MultiprocessorLimits.Of(c).SharedPerBlock >= 99 << 10));

    [Theory]
    [InlineData(88, 87)]
    [InlineData(99, 90)]
    [InlineData(103, 100)]
    [InlineData(110, 100)]
    [InlineData(121, 120)]
    [InlineData(139, 120)]
    public void An_architecture_that_is_not_known_has_the_limits_of_the_nearest_below(int architecture, int below) =>
        Assert.Equal(
            MultiprocessorLimits.Of(ComputeCapability.Of(below)),
            MultiprocessorLimits.Of(ComputeCapability.Of(architecture)));

    [Fact]
    public void An_architecture_that_is_too_old_has_none() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiprocessorLimits.Of(new ComputeCapability(7, 5)));
}
