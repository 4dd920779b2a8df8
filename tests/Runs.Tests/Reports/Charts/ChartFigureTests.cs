using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Tests.Reports.Charts;

/// <summary>Drawings are read back: ticks give the scales, and the scales give every drawn point its numbers.</summary>
public sealed partial class ChartFigureTests
{
    [Fact]
    public void Every_point_stands_at_its_step_and_value()
    {
        DataPoint[] medical = [new(0, 2.375), new(10, 2.2), new(20, 2.05)];
        DataPoint[] books = [new(0, 3.5), new(20, 3.45)];
        XElement figure = Draw(Chart(AxisKind.Linear, false, 0, 20, [("medical", medical), ("books", books)]));
        XElement[] lines = Lines(figure);
        Assert.Equal(2, lines.Length);
        Near(medical, Values(figure, lines[0]));
        Near(books, Values(figure, lines[1]));
        string[] titles = [.. figure.Descendants("circle").Select(c => c.Element("title")!.Value)];
        Assert.Equal(5, titles.Length);
        Assert.Equal("\u2068medical\u2069, step 10: 2.200", titles[1]);
        XElement circle = figure.Descendants("circle").ElementAt(4);
        Near([books[1]], [Value(figure, Number(circle, "cx"), Number(circle, "cy"))]);
        Assert.Equal(["line c0 d0", "line c1 d1"], lines.Select(l => l.Attribute("class")!.Value));
    }

    [Fact]
    public void A_logarithmic_axis_says_so_and_leaves_rounding_out()
    {
        DataPoint[] kl = [new(0, 2e-17), new(10, 1e-5), new(20, 2e-3), new(30, 0.1)];
        Chart chart = Chart(AxisKind.FromZeroOrLog, false, 0, 30, [("general", kl)]);
        XElement figure = Draw(chart with { Negligible = 1e-11 });
        Assert.Equal("nats, logarithmic scale", figure.Descendants("p").First().Value);
        Near(kl[1..], Values(figure, Lines(figure)[0], logarithmic: true));
        Assert.Contains("1 value is not drawn: nothing but rounding, below 1e-11.", figure.Value);
    }

    [Fact]
    public void A_gap_breaks_the_line_and_is_told()
    {
        double[] values = [1, 2, double.NaN, 1.5, double.PositiveInfinity, 1.2, 1.1];
        DataPoint[] points = [.. values.Select((v, i) => new DataPoint(i + 1, v))];
        XElement figure = Draw(Chart(AxisKind.Linear, false, 1, 7, [("loss", points)]));
        string path = Lines(figure)[0].Attribute("d")!.Value;
        Assert.Equal(3, path.Count(c => c == 'M'));
        Assert.Matches("M[0-9. ]+h0M", path);
        Near([.. points.Where(p => p.IsFinite)], Values(figure, Lines(figure)[0]));
        Assert.Contains("2 values are not drawn: NaN or infinite.", figure.Value);
        Assert.DoesNotContain("NaN", path);
    }

    [Fact]
    public void Noisy_values_stand_faintly_behind_their_trend()
    {
        static double Value(int i) => 3 - (0.01 * i) + (i % 2 == 0 ? 0.2 : -0.2);
        DataPoint[] points = [.. Enumerable.Range(0, 120).Select(i => new DataPoint(i, Value(i)))];
        XElement figure = Draw(Chart(AxisKind.Linear, true, 0, 119, [("medical", points)]));
        XElement dots = figure.Descendants("path").Single(p => p.Attribute("class")!.Value == "dots c0");
        Near(points, Values(figure, dots));
        DataPoint[] trend = Values(figure, Lines(figure)[0]);
        Assert.Equal(120, trend.Length);
        Assert.All(trend, p => Assert.InRange(p.Y, 3 - (0.01 * p.X) - 0.12, 3 - (0.01 * p.X) + 0.12));
        Assert.Contains("local linear fit over 10 steps", figure.Value);
    }

    [Fact]
    public void A_long_run_is_drawn_with_a_thousand_points_and_its_spike()
    {
        static double Value(int i) => i == 12_345 ? 9 : 2 + (0.1 * Math.Sin(i));
        DataPoint[] points = [.. Enumerable.Range(1, 20_000).Select(i => new DataPoint(i, Value(i)))];
        XElement figure = Draw(Chart(AxisKind.FromZero, true, 1, 20_000, [("all rows", points)]));
        XElement path = figure.Descendants("path").Single(p => p.Attribute("class")!.Value == "raw c0");
        DataPoint[] raw = Values(figure, path);
        Assert.InRange(raw.Length, 900, 1002);
        Assert.Equal(9, raw.Max(p => p.Y), 0.05);
        Assert.Equal(12_345, raw.MaxBy(p => p.Y).X, 20.0);
        Assert.Empty(figure.Descendants("circle"));
    }

    [Fact]
    public void The_drawing_has_words_and_the_legend_its_ends()
    {
        XElement figure = Draw(Chart(
            AxisKind.Linear, false, 0, 20,
            [("<b>&", [new(0, 2), new(10, 4), new(20, 3)]), ("none", [new(0, double.NaN)])]));
        XElement svg = figure.Elements("svg").Single();
        Assert.Equal("img", svg.Attribute("role")!.Value);
        string[] ids = svg.Attribute("aria-labelledby")!.Value.Split(' ');
        Assert.Equal(ids, new[] { "title", "desc" }.Select(e => svg.Element(e)!.Attribute("id")!.Value));
        Assert.Equal("Cross-entropy", svg.Element("title")!.Value);
        Assert.Equal(
            "Values in nats, over steps 0 to 20. \u2068<b>&\u2069: 3 values, 2.000 at step 0, 3.000 at step 20; "
                + "lowest 2.000 at step 0, highest 4.000 at step 10. \u2068none\u2069: no value that can be drawn.",
            svg.Element("desc")!.Value);
        Assert.Equal(["<b>& 3.000", "none not drawn"], figure.Descendants("li").Select(l => l.Value));
    }

    [Fact]
    public void A_long_name_keeps_both_its_ends()
    {
        const string Doctor = "👩🏽‍⚕️";
        string name = new string('医', 20) + string.Concat(Enumerable.Repeat(Doctor, 20));
        XElement shown = Draw(Chart(AxisKind.Linear, false, 0, 1, [(name, [new(0, 1)])])).Descendants("bdi").Single();
        Assert.Equal(name, shown.Attribute("title")!.Value);
        Assert.Equal(new string('医', 16) + "…" + string.Concat(Enumerable.Repeat(Doctor, 15)), shown.Value);
    }

    [Fact]
    public void Forty_series_look_different()
    {
        (string, DataPoint[])[] series = [.. Enumerable.Range(0, 40).Select(
            i => ($"{i}", new DataPoint[] { new(0, i) }))];
        XElement figure = Draw(Chart(AxisKind.Linear, false, 0, 1, series));
        Assert.Equal(40, Lines(figure).Select(l => l.Attribute("class")!.Value).Distinct().Count());
    }

    [Fact]
    public void Without_a_finite_value_there_is_a_sentence()
    {
        DataPoint[] points = [new(1, double.NaN), new(2, double.NaN)];
        XElement figure = Draw(Chart(AxisKind.Linear, true, 1, 2, [("loss", points)]));
        Assert.Empty(figure.Descendants("svg"));
        Assert.Contains("None of the values is a finite number", figure.Value);
    }

    private static Chart Chart(
        AxisKind kind, bool smooth, double first, double last, (string Name, DataPoint[] Points)[] series) =>
        new("ce", "Cross-entropy", "nats", kind, smooth, first, last,
            [.. series.Select((s, i) => new ChartSeries(s.Name, i, s.Points))]);

    private static XElement Draw(Chart chart) =>
        XElement.Parse(ChartFigure.Draw(chart).Text, LoadOptions.PreserveWhitespace);

    private static XElement[] Lines(XElement figure)
    {
        IEnumerable<XElement> paths = figure.Elements("svg").Single().Descendants("path");
        return [.. paths.Where(p => p.Attribute("class")!.Value.StartsWith("line "))];
    }

    private static DataPoint[] Values(XElement figure, XElement path, bool logarithmic = false) =>
    [
        .. Points().Matches(path.Attribute("d")!.Value)
            .Select(m => Value(figure, Parse(m.Groups[1].Value), Parse(m.Groups[2].Value), logarithmic)),
    ];

    /// <summary>From the first and the last tick of both axes, as a reader with a ruler would do it.</summary>
    private static DataPoint Value(XElement figure, double x, double y, bool logarithmic = false)
    {
        (double At, double Value)[] across = Labels(figure, "axis x", "x");
        (double At, double Value)[] up = Labels(figure, "axis y", "y");

        // To the right is later, and up is more.
        Assert.True(across[0].At < across[^1].At && across[0].Value < across[^1].Value);
        Assert.True(up[0].At > up[^1].At && up[0].Value < up[^1].Value);
        if (!logarithmic)
            return new DataPoint(Between(across, x), Between(up, y));
        (double, double)[] logs = [.. up.Select(t => (t.At, Math.Log10(t.Value)))];
        return new DataPoint(Between(across, x), Math.Pow(10, Between(logs, y)));
    }

    private static double Between((double At, double Value)[] ticks, double at)
    {
        (double At, double Value) first = ticks[0], last = ticks[^1];
        return first.Value + ((at - first.At) / (last.At - first.At) * (last.Value - first.Value));
    }

    private static (double At, double Value)[] Labels(XElement figure, string axis, string coordinate) =>
    [
        .. figure.Descendants("g").Single(g => g.Attribute("class")!.Value == axis).Elements("text")
            .Where(t => t.Attribute("class") is null)
            .Select(t => (Number(t, coordinate), t.Value.EndsWith('k') ? 1000 * Parse(t.Value[..^1]) : Parse(t.Value))),
    ];

    private static void Near(DataPoint[] expected, DataPoint[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach ((DataPoint e, DataPoint a) in expected.Zip(actual))
        {
            // A hundredth of a unit of the drawing, on axes of a few hundred.
            Assert.Equal(e.X, a.X, 0.01);
            Assert.Equal(e.Y, a.Y, 5e-4 * Math.Abs(e.Y));
        }
    }

    private static double Number(XElement element, string attribute) => Parse(element.Attribute(attribute)!.Value);

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("[ML]([0-9.]+) ([0-9.]+)")]
    private static partial Regex Points();
}
