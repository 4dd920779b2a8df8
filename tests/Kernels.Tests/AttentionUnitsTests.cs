using MolEngine.Kernels.Cpu.Attention;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// The division of attention's work: everything once, long documents in balanced pieces, cost by documents.
/// </summary>
public sealed class AttentionUnitsTests
{
    private static readonly int[] Lengths = [1, 1, 1, 0, 63, 64, 65, 2, 700, 16, 17, 0, 129, 5];

    private static int[] Starts => [0, .. Lengths.Select((_, i) => Lengths.Take(i + 1).Sum())];

    [Theory]
    [InlineData(64)]
    [InlineData(16)]
    [InlineData(1)]
    public void EveryQueryOnce(int queryBlock)
    {
        AttentionUnit[] units = AttentionUnits.Forward(Starts, queryBlock);
        AssertCover(units);
        Assert.All(units, u => Assert.True(u.Last - u.First > 1 || u.To - u.From <= queryBlock));
    }

    [Fact]
    public void EveryKeyOnceAndSharesApart()
    {
        AttentionUnit[] units = AttentionUnits.Backward(Starts, out long tokens);
        AssertCover(units);
        long next = 0;
        foreach (AttentionUnit share in units.Where(u => u.Partial >= 0).OrderBy(u => u.Partial))
        {
            Assert.Equal(next, share.Partial);
            Assert.Equal(0, share.From % AttentionUnits.KeyBlock);
            next += Lengths[share.First] - share.From;
        }

        Assert.Equal(next, tokens);
        Assert.InRange(tokens, 1, 2.1 * Lengths.Sum());
        Assert.Equal(units.OrderByDescending(u => u.Cost), units);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(8192)]
    public void KeysOfALongDocumentAreCutIntoPiecesOfLikeCost(int length)
    {
        AttentionUnit[] units = AttentionUnits.Backward([0, length], out _);
        Assert.Equal(4, units.Length);
        Assert.InRange(units.Max(u => u.Cost) / (double)units.Sum(u => u.Cost), 0.25, 0.31);
    }

    [Fact]
    public void ShortDocumentsShareUnits() =>
        Assert.InRange(AttentionUnits.Forward([.. Enumerable.Range(0, 641)], 64).Length, 10, 10);

    [Theory]
    [InlineData(1, 64)]
    [InlineData(4, 64)]
    [InlineData(7, 32)]
    [InlineData(12, 16)]
    [InlineData(71, 2)]
    [InlineData(300, 1)]
    public void BlocksOfQueriesFitTheCache(int group, int queries) =>
        Assert.Equal(queries, AttentionUnits.QueryBlock(group));

    private static void AssertCover(AttentionUnit[] units)
    {
        var seen = new int[Starts[^1]];
        foreach (AttentionUnit unit in units)
        {
            for (int d = unit.First; d < unit.Last; d++)
            {
                for (int t = unit.From; t < Math.Min(unit.To, Lengths[d]); t++)
                    seen[Starts[d] + t]++;
            }
        }

        Assert.All(seen, times => Assert.Equal(1, times));
    }
}
