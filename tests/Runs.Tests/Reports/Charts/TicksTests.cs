using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MolEngine.Runs.Reports.Charts;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Reports.Charts;

public sealed class TicksTests
{
    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(2.07, 3.55, "2.0 2.5 3.0 3.5 4.0")]
    [InlineData(-1.2, 2.9, "-2 -1 0 1 2 3")]
    [InlineData(0, 5e-4, "0 1e-4 2e-4 3e-4 4e-4 5e-4")]
    [InlineData(0, 2.2e-4, "0 5e-5 1e-4 1.5e-4 2e-4 2.5e-4")]
    [InlineData(0, 41_000, "0 10k 20k 30k 40k 50k")]
    [InlineData(0, 2_300_000, "0.0 0.5M 1.0M 1.5M 2.0M 2.5M")]
    [InlineData(99.97, 100.02, "99.97 99.98 99.99 100.00 100.01 100.02")]
    public void Linear_ticks_are_round(double low, double high, string expected)
    {
        // Zero is plain "0" on every axis.
        string[] labels = [.. expected.Split(' ').Select(l => l.Trim('0', '.').Length == 0 ? "0" : l)];
        Assert.Equal(labels, Ticks.Around(low, high, 5).Select(t => t.Label));
    }

    [Theory]
    [InlineData(0.0014, 0.25, "0.001 0.003 0.01 0.03 0.1 0.3")]
    [InlineData(0.3, 4, "0.2 0.5 1 2 5")]
    [InlineData(2e-7, 0.4, "1e-7 1e-6 1e-5 1e-4 1e-3 1e-2 1e-1 1e0")]
    [InlineData(1, 1e20, "1e0 1e3 1e6 1e9 1e12 1e15 1e18 1e21")]
    [InlineData(1, 100, "1 3 10 30 100")]
    public void Logarithmic_ticks_are_round(double low, double high, string expected) =>
        Assert.Equal(expected.Split(' '), Ticks.Logarithmic(low, high, 8).Select(t => t.Label));

    [Fact]
    public void Ticks_within_stay_within() => Assert.Equal(
        ["50", "100", "150", "200"], Ticks.Within(1, 204, 5, 1).Select(t => t.Label));

    [Fact]
    public void Steps_are_whole() => Assert.Equal(["0", "1", "2"], Ticks.Within(0, 2, 5, 1).Select(t => t.Label));

    [Property(MaxTest = 500)]
    public Property Linear_ticks_are_even_few_and_around_the_values() => Prop.ForAll(Ranges(), range =>
    {
        (double low, double high) = range;
        IReadOnlyList<Tick> ticks = Ticks.Around(low, high, 5);
        double step = (ticks[^1].Value - ticks[0].Value) / (ticks.Count - 1);
        Assert.InRange(ticks.Count, 3, 8);
        Assert.True(ticks[0].Value <= low + (1e-8 * step) && ticks[0].Value > low - step);
        Assert.True(ticks[^1].Value >= high - (1e-8 * step) && ticks[^1].Value < high + step);
        for (int i = 1; i < ticks.Count; i++)
            Assert.Equal(step, ticks[i].Value - ticks[i - 1].Value, 1e-6 * step);
        LabelsTell(ticks, step);
        Assert.Equal(
            ticks.Select(t => t.Value).Where(v => v >= low - (1e-8 * step) && v <= high + (1e-8 * step)),
            Ticks.Within(low, high, 5).Select(t => t.Value));
    });

    [Property(MaxTest = 500)]
    public Property Logarithmic_ticks_rise_and_are_around_the_values() => Prop.ForAll(Ranges(), range =>
    {
        double low = Math.Pow(10, Math.IEEERemainder(range.Low, 60));
        double high = low * Math.Pow(10, Math.Abs(Math.IEEERemainder(range.High, 20)));
        IReadOnlyList<Tick> ticks = Ticks.Logarithmic(low, high, 8);
        Assert.InRange(ticks.Count, 1, 9);
        Assert.True(ticks[0].Value <= low * (1 + 1e-8) && ticks[^1].Value >= high * (1 - 1e-8));
        for (int i = 1; i < ticks.Count; i++)
            Assert.True(ticks[i].Value > 1.9 * ticks[i - 1].Value);
        Assert.All(ticks, t => Assert.Equal(t.Value, Read(t.Label), 1e-9 * t.Value));
    });

    /// <summary>Every label reads as its tick's value, and no two are alike.</summary>
    private static void LabelsTell(IReadOnlyList<Tick> ticks, double step)
    {
        Assert.Equal(ticks.Count, ticks.Select(t => t.Label).Distinct().Count());
        Assert.All(ticks, t => Assert.Equal(t.Value, Read(t.Label), 1e-3 * step));
    }

    private static double Read(string label)
    {
        double unit = label[^1] switch
        {
            'k' => 1e3,
            'M' => 1e6,
            'G' => 1e9,
            _ => 1,
        };
        const NumberStyles Styles = NumberStyles.Float | NumberStyles.AllowThousands;
        return unit * double.Parse(label.TrimEnd('k', 'M', 'G'), Styles, CultureInfo.InvariantCulture);
    }

    /// <summary>Ranges of any place and of widths from a millionth of it.</summary>
    private static Arbitrary<(double Low, double High)> Ranges() => Arb.From(
        from exponent in Gen.Choose(-12, 12)
        from place in Gen.Choose(-1_000_000, 1_000_000)
        from width in Gen.Choose(1, 1_000_000)
        let scale = Math.Pow(10, exponent)
        let low = place * scale
        select (low, low + (Math.Max(width, Math.Abs(place) / 100_000.0) * scale)));
}
