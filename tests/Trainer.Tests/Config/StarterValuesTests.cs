using System.Numerics;
using FsCheck;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Support;
using MolEngine.Trainer.FirstLook;

namespace MolEngine.Trainer.Tests.Config;

public sealed class StarterValuesTests
{
    /// <summary>Whatever the files hold, the values are ones that a config may have, and that train.</summary>
    [Property(MaxTest = 200)]
    public void Values_fit_each_other(
        NonEmptyArray<PositiveInt> domain, PositiveInt[] general, ushort positions, bool cpu)
    {
        int most = Math.Max(2, (int)positions);
        StarterValues v = Of(
            [.. domain.Get.Select(n => 100 * n.Get)], [.. general.Select(n => 10 * n.Get)], most, cpu);
        Assert.True(BitOperations.IsPow2(v.Context) && v.Context <= most && v.Context <= (cpu ? 2048 : 8192));
        Assert.InRange(v.GlobalBatch, 1, 128);
        Assert.InRange(v.MicroBatch, 1, v.GlobalBatch);
        Assert.InRange(v.Ratio, 0.001, 1);
        Assert.True(v.Every >= 1);
        double domainRows = Math.Ceiling(domain.Get.Sum(n => 100.0 * n.Get) / v.Context);
        double generalRows = Math.Ceiling(general.Sum(n => 10.0 * n.Get) / v.Context);
        if (generalRows > 0 && v.Ratio > 0.001)
            Assert.InRange(v.Ratio * domainRows, 0, 4 * generalRows * 1.001);
    }

    [Fact]
    public void Values_follow_from_the_tokens()
    {
        // 40 thousand documents of 1,000 tokens: 39,063 rows of 1,024, an epoch and as many general rows.
        StarterValues much = Of(
            [.. Enumerable.Repeat(1000, 40_000)], [.. Enumerable.Repeat(90, 1_000_000)], 40_960, false);
        Assert.Equal(
            (1024, 1.0, 1, 128, 8, 50),
            (much.Context, much.Ratio, much.Epochs, much.GlobalBatch, much.MicroBatch, much.Every));

        // 98 rows three times, and one general row that is to be seen four times: 306 rows in 76 steps of four.
        StarterValues little = Of([.. Enumerable.Repeat(500, 100)], [300], 40_960, true);
        Assert.Equal(
            (512, 0.04, 3, 4, 4, 5),
            (little.Context, little.Ratio, little.Epochs, little.GlobalBatch, little.MicroBatch, little.Every));
        Assert.Equal((null, 4096), (much.HeldOut, little.HeldOut));

        // A book is most of the text.
        Assert.Equal(8192, Of([.. Enumerable.Repeat(50, 100), 400_000], [], 40_960, false).Context);
    }

    private static StarterValues Of(int[] domain, int[] general, int positions, bool isCpu)
    {
        ModelConfig model = ModelConfig.Load(Material.Model) with { MaxPositionEmbeddings = positions };
        SeenCorpus Seen(int[] lengths) => new("x", "x", lengths, "", [], null);
        IEnumerable<(SeenCorpus, CorpusKind)> corpora = [(Seen(domain), CorpusKind.Domain)];
        return StarterValues.Of(
            [.. corpora, .. general.Length == 0 ? [] : new[] { (Seen(general), CorpusKind.General) }], model, isCpu);
    }
}
