using FsCheck;
using MolEngine.Basics.Numerics;
using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class TrainingOrderTests
{
    private const CorpusKind Domain = CorpusKind.Domain, General = CorpusKind.General;

    [Property(MaxTest = 100)]
    public void An_epoch_is_every_domain_row_once_and_its_share_of_general_rows(
        PositiveInt domain, PositiveInt general, byte tenths, ulong seed)
    {
        double ratio = tenths / 10.0;
        TrainingOrder order = TrainingOrder.ForEpochs(
            [new(domain.Get, Domain), new(general.Get, General)], ratio, seed, 4, 1);
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
        CorpusRows[] corpora = [new(general.Get, General), new(domain.Get, Domain)];
        TrainingOrder replay = TrainingOrder.ForEpochs(corpora, 1.5, seed, batch.Get, epochTenths.Get / 10.0);
        RowId[][] all = [.. Enumerable.Range(0, (int)replay.Steps).Select(s => replay.RowsOfStep(s))];
        Assert.Equal(replay.TotalRows, all.Sum(s => (long)s.Length));
        Assert.All(all[..^1], s => Assert.Equal(batch.Get, s.Length));

        // Rows stream across epochs: the steps laid end to end are the epochs laid end to end.
        RowId[] stream =
            [.. Enumerable.Range(0, (int)Math.Ceiling(replay.Epochs)).SelectMany(e => replay.RowsOfEpoch(e)).Take(
                (int)replay.TotalRows)];
        Assert.Equal(stream, all.SelectMany(s => s));
        for (int step = all.Length - 1; step >= 0; step -= Math.Max(1, all.Length / 7))
        {
            Assert.Equal(
                all[step],
                TrainingOrder.ForEpochs(corpora, 1.5, seed, batch.Get, epochTenths.Get / 10.0).RowsOfStep(step));
        }
    }

    [Fact]
    public void Totals_are_rounded_as_the_design_says()
    {
        CorpusRows[] corpora = [new(10, Domain), new(100, General)];
        TrainingOrder order = TrainingOrder.ForEpochs(corpora, 0.5, 1, 4, 1.3);
        Assert.Equal(
            (15, 10, 5, 20L, 5L),
            (order.RowsPerEpoch, order.DomainRowsPerEpoch, order.GeneralRowsPerEpoch, order.TotalRows, order.Steps));
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
        CorpusRows[] corpora = [new(50, Domain), new(50, General)];
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
        TrainingOrder order = TrainingOrder.ForEpochs([new(4, Domain), new(3, General)], 1, 42, 4, 1);
        Assert.Equal(
            Golden, string.Join(' ',
                order.RowsOfEpoch(0).Concat(order.RowsOfEpoch(1)).Select(r => $"{r.Corpus}.{r.Row}")));
    }

    /// <summary>From a second implementation, in Python.</summary>
    private const string Golden = "1.0 1.2 0.1 1.0 0.2 0.3 0.0 1.1 0.3 1.1 1.2 0.1 1.0 0.0 1.2 0.2";

    [Fact]
    public void Too_much_general_text_is_sampled_anew_each_epoch()
    {
        TrainingOrder order = TrainingOrder.ForEpochs([new(5, Domain), new(1000, General)], 1, 1, 4, 1);
        int[] first = [.. order.RowsOfEpoch(0).Where(r => r.Corpus == 1).Select(r => r.Row).Order()];
        int[] second = [.. order.RowsOfEpoch(1).Where(r => r.Corpus == 1).Select(r => r.Row).Order()];
        Assert.Equal(5, first.Distinct().Count());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_given_order_is_kept_and_goes_on_over_epochs()
    {
        RowId[] epoch = [new(1, 1), new(0, 0), new(1, 0), new(2, 0), new(1, 1)];
        TrainingOrder order = TrainingOrder.Given([new(1, Domain), new(2, General), new(1, General)], epoch, 3, 3);
        Assert.Equal((3L, 9L, 5, 1.8), (order.Steps, order.TotalRows, order.RowsPerEpoch, order.Epochs));
        Assert.Equal(
            [.. epoch, .. epoch[..4]], Enumerable.Range(0, 3).SelectMany(s => order.RowsOfStep(s)));
        Assert.Equal((1, 4, 4.0), (order.DomainRowsPerEpoch, order.GeneralRowsPerEpoch, order.AchievedRatio));
        Assert.Equal([1.0, 3, 1], Enumerable.Range(0, 3).Select(order.RowsPerEpochOf));
    }

    [Fact]
    public void One_kind_alone_trains()
    {
        Assert.Equal(7, TrainingOrder.ForEpochs([new(7, Domain)], 1, 1, 4, 1).RowsPerEpoch);
        Assert.Equal(7, TrainingOrder.ForEpochs([new(7, General)], 0.5, 1, 4, 1).RowsPerEpoch);
        Assert.Throws<UserException>(() => TrainingOrder.ForEpochs([], 1, 1, 4, 1));
    }

    [Property(MaxTest = 100)]
    public void Repeat_is_whole_passes_and_a_sample(PositiveInt domain, PositiveInt other, byte tenths, ulong seed)
    {
        double repeat = (1 + tenths) / 10.0;
        CorpusRows[] corpora = [new(other.Get, Domain), new(domain.Get, Domain, repeat), new(7, General)];
        TrainingOrder order = TrainingOrder.ForEpochs(corpora, 0.5, seed, 4, 2);
        int wanted = Math.Max(1, (int)Math.Round(repeat * domain.Get, MidpointRounding.AwayFromZero));
        Assert.Equal((wanted, other.Get), (order.RowsPerEpochOf(1), order.RowsPerEpochOf(0)));
        Assert.Equal(wanted + other.Get, order.DomainRowsPerEpoch);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            RowId[] rows = order.RowsOfEpoch(epoch);
            Assert.Equal(Enumerable.Range(0, other.Get), rows.Where(r => r.Corpus == 0).Select(r => r.Row).Order());
            int[] counts = Counts(rows, 1, domain.Get);
            Assert.Equal(wanted, counts.Sum());
            Assert.True(counts.Max() - counts.Min() <= 1);
            Assert.Equal(order.GeneralRowsPerEpoch, rows.Count(r => r.Corpus == 2));
        }
    }

    [Property(MaxTest = 100)]
    public void Shares_divide_the_general_rows(PositiveInt a, PositiveInt b, PositiveInt c, byte share, ulong seed)
    {
        CorpusRows[] corpora =
            [new(a.Get, General, 1, 1 + share), new(20 + c.Get, Domain), new(b.Get, General, 1, 3), new(
                0, General, 1, 5)];
        TrainingOrder order = TrainingOrder.ForEpochs(corpora, 2, seed, 4, 1);
        RowId[] rows = order.RowsOfEpoch(1);
        int general = 2 * (20 + c.Get);
        Assert.Equal(general, rows.Count(r => r.Corpus != 1));
        foreach ((int corpus, int size, double part) in new[] { (0, a.Get, 1.0 + share), (2, b.Get, 3.0) })
        {
            int[] counts = Counts(rows, corpus, size);
            Assert.InRange(counts.Sum() - (general * part / (4.0 + share)), -1, 1);
            Assert.Equal(order.RowsPerEpochOf(corpus), counts.Sum());
            Assert.True(counts.Max() - counts.Min() <= 1);
        }
    }

    [Fact]
    public void Repeat_and_share_keep_a_seed_s_order_and_change_nothing_where_they_are_not_used()
    {
        CorpusRows[] plain = [new(5, Domain), new(9, General), new(4, General)];
        CorpusRows[] repeated = [new(5, Domain, 1.5), new(9, General, 1, 1), new(4, General, 1, 1)];
        TrainingOrder order = TrainingOrder.ForEpochs(repeated, 1, 3, 4, 3);
        for (int step = (int)order.Steps - 1; step >= 0; step--)
            Assert.Equal(order.RowsOfStep(step), TrainingOrder.ForEpochs(repeated, 1, 3, 4, 3).RowsOfStep(step));
        Assert.NotEqual(order.RowsOfEpoch(0), order.RowsOfEpoch(1));
        RowId[] sampled = [.. Enumerable.Range(0, 8).SelectMany(e => order.RowsOfEpoch(e)).Where(r => r.Corpus == 0)];
        Assert.Equal(8 * 8, sampled.Length);
        Assert.True(Counts(sampled, 0, 5).Distinct().Count() > 1);
        Assert.Equal(
            TrainingOrder.ForEpochs(plain, 1, 3, 4, 1).RowsOfEpoch(0),
            TrainingOrder.ForEpochs([new(5, Domain, 1), new(9, General), new(4, General)], 1, 3, 4, 1).RowsOfEpoch(0));
        Assert.Throws<ArgumentException>(
            () => TrainingOrder.ForEpochs([new(5, General, 1, 1), new(9, General)], 1, 3, 4, 1));
    }

    [Property(MaxTest = 200)]
    public void Parts_add_up_and_are_within_one_of_their_size(ushort total, NonEmptyArray<byte> weights)
    {
        double[] all = [.. weights.Get.Select(w => (double)w)];
        int[] parts = Shares.Apportion(total, all);
        if (all.Sum() == 0)
        {
            Assert.Equal(0, parts.Sum());
            return;
        }

        Assert.Equal(total, parts.Sum());
        Assert.All(parts, (part, i) => Assert.InRange(part - (total * all[i] / all.Sum()), -1, 1));
        Assert.All(parts, (part, i) => Assert.True(all[i] > 0 || part == 0));
    }

    private static int[] Counts(IEnumerable<RowId> rows, int corpus, int size)
    {
        int[] counts = new int[size];
        foreach (RowId row in rows.Where(r => r.Corpus == corpus))
            counts[row.Row]++;
        return counts;
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
