using FsCheck;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class LengthSpreadTests
{
    [Fact]
    public void A_part_of_documents_is_not_longer_than_its_rank()
    {
        LengthSpread spread = LengthSpread.Of(Enumerable.Range(1, 200).Reverse());
        Assert.Equal(
            (1, 100, 180, 198, 200), (spread.Least, spread.Median, spread.P90, spread.P99, spread.Most));
        Assert.Equal(
            [new(1, 16, 16), new(17, 32, 16), new(33, 64, 32), new(65, 128, 64), new(129, 256, 72)], spread.Ranges);
        Assert.Equal(new(7, 7, 7, 7, 7, []), LengthSpread.Of([7]) with { Ranges = [] });
        Assert.Equal(new(0, 0, 0, 0, 0, []), LengthSpread.Of([]) with { Ranges = [] });
    }

    [Property(MaxTest = 200)]
    public void Every_document_is_in_one_range(NonEmptyArray<PositiveInt> lengths)
    {
        int[] all = [.. lengths.Get.Select(n => n.Get)];
        LengthSpread spread = LengthSpread.Of(all);
        Assert.Equal(all.Length, spread.Ranges.Sum(r => r.Documents));
        Assert.All(spread.Ranges, r => Assert.Equal(r.Documents, all.Count(n => n >= r.Least && n <= r.Most)));
        Assert.True(spread.Ranges[0].Documents > 0 && spread.Ranges[^1].Documents > 0);
    }

    /// <summary>A book weighs by its tokens: nine chats and a book are mostly the book.</summary>
    [Theory]
    [InlineData(0.9, 2048)]
    [InlineData(0.4, 1024)]
    [InlineData(0.2, 512)]
    public void A_context_holds_a_part_of_the_tokens(double part, int context)
    {
        int[] lengths = [.. Enumerable.Repeat(100, 9), 700, 1500];
        Assert.Equal(context, LengthSpread.PowerOfTwoThatHolds(lengths, part, 512, 8192));
        Assert.Equal(1024, LengthSpread.PowerOfTwoThatHolds([.. lengths, 100_000], part, 512, 1024));
    }
}
