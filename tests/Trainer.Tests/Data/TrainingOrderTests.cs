using FsCheck;
using FsCheck.Xunit;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Tests.Data;

public sealed class TrainingOrderTests
{
    [Property(MaxTest = 100)]
    public void An_epoch_is_every_domain_row_once_and_its_share_of_general_rows(
        PositiveInt domain, PositiveInt general, byte tenths, ulong seed)
    {
        double ratio = tenths / 10.0;
        TrainingOrder order = TrainingOrder.ForEpochs(
            [new(domain.Get, false), new(general.Get, true)], ratio, seed, 4, 1);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            RowId[] rows = order.RowsOfEpoch(epoch);
            Assert.Equal(Enumerable.Range(0, domain.Get), rows.Where(r => r.Corpus == 0).Select(r => r.Row).Order());
            int[] counts = new int[general.Get];
            foreach (RowId row in rows.Where(r => r.Corpus == 1))
                counts[row.Row]++;
            Assert.Equal((int)Math.Round(ratio * domain.Get, MidpointRounding.AwayFromZero), counts.Sum());
            Assert.True(counts.Max() - counts.Min() <= 1);
        }
    }

    [Property(MaxTest = 100)]
    public void Any_step_equals_a_replay(
        PositiveInt domain, PositiveInt general, PositiveInt batch, PositiveInt epochTenths, ulong seed)
    {
        CorpusRows[] corpora = [new(general.Get, true), new(domain.Get, false)];
        TrainingOrder replay = TrainingOrder.ForEpochs(corpora, 1.5, seed, batch.Get, epochTenths.Get / 10.0);
        RowId[][] all = [.. Enumerable.Range(0, (int)replay.Steps).Select(s => replay.RowsOfStep(s))];
        Assert.Equal(replay.TotalRows, all.Sum(s => (long)s.Length));
        Assert.All(all[..^1], s => Assert.Equal(batch.Get, s.Length));

        // Rows stream across epochs: the steps laid end to end are the epochs laid end to end.
        RowId[] stream =
            [.. Enumerable.Range(0, (int)Math.Ceiling(replay.Epochs)).SelectMany(e => replay.RowsOfEpoch(e)).Take((int)replay.TotalRows)];
        Assert.Equal(stream, all.SelectMany(s => s));
        for (int step = all.Length - 1; step >= 0; step -= Math.Max(1, all.Length / 7))
        {
            Assert.Equal(
                all[step], TrainingOrder.ForEpochs(corpora, 1.5, seed, batch.Get, epochTenths.Get / 10.0).RowsOfStep(step));
        }
    }

    [Fact]
    public void Totals_are_rounded_as_the_design_says()
    {
        CorpusRows[] corpora = [new(10, false), new(100, true)];
        TrainingOrder order = TrainingOrder.ForEpochs(corpora, 0.5, 1, 4, 1.3);
        Assert.Equal(
            (15, 10, 5, 20L, 5L), (order.RowsPerEpoch, order.DomainRowsPerEpoch, order.GeneralRowsPerEpoch, order.TotalRows, order.Steps));
        Assert.Equal(0.5, order.AchievedRatio);
        order = TrainingOrder.ForEpochs(corpora, 0.5, 1, 8, 1.3);
        Assert.Equal((3L, 4), (order.Steps, order.RowsOfStep(2).Length));
        order = TrainingOrder.ForSteps(corpora, 0.5, 1, 8, 7);
        Assert.Equal((56L, 7L, 48L), (order.TotalRows, order.Steps, order.FirstPosition(6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => order.RowsOfStep(7));
    }

    [Fact]
    public void Epochs_and_seeds_differ_and_repeat_themselves()
    {
        CorpusRows[] corpora = [new(50, false), new(50, true)];
        TrainingOrder one = TrainingOrder.ForEpochs(corpora, 1, 1, 4, 3);
        Assert.Equal(one.RowsOfEpoch(1), TrainingOrder.ForEpochs(corpora, 1, 1, 4, 3).RowsOfEpoch(1));
        Assert.NotEqual(one.RowsOfEpoch(0), one.RowsOfEpoch(1));
        Assert.NotEqual(one.RowsOfEpoch(0), TrainingOrder.ForEpochs(corpora, 1, 2, 4, 3).RowsOfEpoch(0));

        // One shuffle of domain and general together: neither kind fills a half.
        int domainInFirstHalf = one.RowsOfEpoch(0).Take(50).Count(r => r.Corpus == 0);
        Assert.InRange(domainInFirstHalf, 10, 40);
    }

    [Fact]
    public void The_order_of_a_seed_never_changes()
    {
        TrainingOrder order = TrainingOrder.ForEpochs([new(4, false), new(3, true)], 1, 42, 4, 1);
        Assert.Equal(
            Golden, string.Join(' ', order.RowsOfEpoch(0).Concat(order.RowsOfEpoch(1)).Select(r => $"{r.Corpus}.{r.Row}")));
    }

    /// <summary>From a second implementation, in Python.</summary>
    private const string Golden = "1.0 1.2 0.1 1.0 0.2 0.3 0.0 1.1 0.3 1.1 1.2 0.1 1.0 0.0 1.2 0.2";

    [Fact]
    public void Too_much_general_text_is_sampled_anew_each_epoch()
    {
        TrainingOrder order = TrainingOrder.ForEpochs([new(5, false), new(1000, true)], 1, 1, 4, 1);
        int[] first = [.. order.RowsOfEpoch(0).Where(r => r.Corpus == 1).Select(r => r.Row).Order()];
        int[] second = [.. order.RowsOfEpoch(1).Where(r => r.Corpus == 1).Select(r => r.Row).Order()];
        Assert.Equal(5, first.Distinct().Count());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void One_kind_alone_trains()
    {
        Assert.Equal(7, TrainingOrder.ForEpochs([new(7, false)], 1, 1, 4, 1).RowsPerEpoch);
        Assert.Equal(7, TrainingOrder.ForEpochs([new(7, true)], 0.5, 1, 4, 1).RowsPerEpoch);
        Assert.Throws<UserException>(() => TrainingOrder.ForEpochs([], 1, 1, 4, 1));
    }

    [Fact]
    public void Shuffles_are_uniform()
    {
        int[] counts = new int[24];
        for (ulong key = 0; key < 24_000; key++)
        {
            int[] p = new CounterRandom(key).Permutation(4);
            counts[(p[0] * 6) + ((p[1] - (p[1] > p[0] ? 1 : 0)) * 2) + (p[2] > p[3] ? 1 : 0)]++;
        }

        // 1,000 each, deviation 31: within five deviations.
        Assert.All(counts, c => Assert.InRange(c, 845, 1155));
    }
}
