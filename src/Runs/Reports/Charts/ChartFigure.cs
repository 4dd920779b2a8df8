using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>
/// Writes a chart as an HTML figure: heading, legend, drawing (inline SVG, coloured by the page's style sheet), notes.
/// </summary>
internal static class ChartFigure
{
    /// <summary>Points of a series that are drawn, at most (about).</summary>
    public const int MostPoints = 1000;

    /// <summary>Colours, and patterns of dashes, that the style sheet has: 40 pairs before one comes again.</summary>
    public const int Colours = 8;

    public const int Dashes = 5;

    // Units of the drawing. The margins hold labels in the larger type that narrow screens and paper get.
    public const double Width = 480;
    public const double Height = 272;
    public const double Left = 54;
    public const double Right = 468;
    public const double Top = 12;
    public const double Bottom = 232;

    /// <summary>Points of a line that gets a mark with its number at each, at most; a denser line needs none.</summary>
    private const int MostMarks = 60;

    /// <summary>Points behind a trend that are dots, at most; more are a thin line.</summary>
    private const int MostDots = 250;

    public static Markup Draw(Chart chart)
    {
        Axis x = Axis.OfSteps(chart.FirstStep, chart.LastStep);
        Axis y = Axis.OfValues(chart.Series.SelectMany(s => s.Points).Select(p => p.Y), chart.Kind, chart.Negligible);
        Curve[] curves = Curve.Of(chart, x, y, MostPoints);
        var html = new HtmlPage();
        html.Add($"""<figure class="chart" id="{chart.Id}">""");
        string scale = y.Logarithmic ? ", logarithmic scale" : "";
        html.Add($"""<figcaption><h3>{chart.Title}</h3><p class="unit">{chart.Unit}{scale}</p></figcaption>""");
        if (curves.Sum(c => c.Shown.Count) == 0)
        {
            html.AddMissing("None of the values is a finite number, so there is no curve to draw.");
        }
        else
        {
            AddLegend(html, chart, curves);
            AddDrawing(html, chart, x, y, curves);
        }

        string note = Note(chart, y, curves);
        if (note.Length > 0)
            html.Add($"""<p class="note">{note}</p>""");
        html.Add($"</figure>");
        return new Markup(html.ToString());
    }

    private static void AddLegend(HtmlPage html, Chart chart, Curve[] curves)
    {
        html.Add($"""<ul class="legend">""");
        foreach (Curve c in curves)
        {
            Markup line = Markup.Of($"""<path class="{Style(c)}" d="M2 5H28" />""");
            Markup swatch = Markup.Of($"""<svg class="swatch" viewBox="0 0 30 10" aria-hidden="true">{line}</svg>""");
            Markup name = Markup.Of($"""<bdi title="{c.Series.Name}">{Names.Shortened(c.Series.Name)}</bdi>""");
            string end = c.Shown.Count == 0 ? "not drawn" : chart.Format(c.End);
            html.Add($"""<li>{swatch}{name} <span class="end">{end}</span></li>""");
        }

        html.Add($"</ul>");
    }

    private static void AddDrawing(HtmlPage html, Chart chart, Axis x, Axis y, Curve[] curves)
    {
        string title = $"{chart.Id}-title";
        string text = $"{chart.Id}-text";
        html.Add(
            $"""
            <svg class="drawing" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{title} {text}">
            <title id="{title}">{chart.Title}</title>
            <desc id="{text}">{ChartText.Describe(chart, y, curves)}</desc>
            """);
        AddAxes(html, x, y);
        bool dots = HasDots(curves);
        foreach (Curve c in curves.Where(c => c.Trend.Count > 0))
            AddPoints(html, c, dots);
        foreach (Curve c in curves)
            AddCurve(html, chart, c);
        html.Add($"</svg>");
    }

    private static void AddAxes(HtmlPage html, Axis x, Axis y)
    {
        html.Add($"""<g class="axis y" aria-hidden="true">""");
        foreach (Tick tick in y.Ticks)
        {
            double at = Y(y.Position(tick.Value));
            html.Add($"""<path class="grid" d="M{Left} {at}H{Right}" />""");
            html.Add($"""<text x="{Left - 7}" y="{at}" dy=".35em">{tick.Label}</text>""");
        }

        html.Add($"""</g><g class="axis x" aria-hidden="true">""");
        html.Add($"""<path class="base" d="M{Left} {Bottom}H{Right}" />""");
        foreach (Tick tick in x.Ticks)
        {
            double at = X(x.Position(tick.Value));
            html.Add($"""<path class="base" d="M{at} {Bottom}v4" />""");
            html.Add($"""<text x="{at}" y="{Bottom + 19}">{tick.Label}</text>""");
        }

        html.Add($"""<text class="name" x="{(Left + Right) / 2}" y="{Height - 4}">step</text></g>""");
    }

    /// <summary>What stands faintly behind a trend.</summary>
    private static void AddPoints(HtmlPage html, Curve c, bool dots)
    {
        string path = dots
            ? string.Concat(c.Points.Where(p => p.IsFinite).Select(p => Markup.Of($"M{X(p.X)} {Y(p.Y)}h0").Text))
            : Path(c.Points);
        html.Add($"""<path class="{(dots ? "dots" : "raw")} c{c.Series.Style % Colours}" d="{path}" />""");
    }

    private static void AddCurve(HtmlPage html, Chart chart, Curve c)
    {
        if (c.Shown.Count == 0)
            return;
        if (c.Trend.Count > 0)
        {
            html.Add($"""<path class="{Style(c)}" d="{Path(c.Trend)}" />""");
            return;
        }

        html.Add($"""<g class="marked"><path class="{Style(c)}" d="{Path(c.Points)}" />""");
        if (c.Series.Points.Count <= MostMarks)
        {
            foreach ((DataPoint at, DataPoint point) in c.Points.Where(p => p.IsFinite).Zip(c.Shown))
                html.Add(Mark(chart, c, at, point));
        }

        html.Add($"</g>");
    }

    /// <summary>A circle that tells its numbers when it is pointed at.</summary>
    private static Markup Mark(Chart chart, Curve c, DataPoint at, DataPoint point)
    {
        string step = Counts.Of((long)point.X);
        string text = $"{Names.Inline(c.Series.Name)}, step {step}: {chart.Format(point.Y)}";
        string colour = $"c{c.Series.Style % Colours}";
        return Markup.Of(
            $"""<circle class="{colour}" cx="{X(at.X)}" cy="{Y(at.Y)}" r="3"><title>{text}</title></circle>""");
    }

    private static string Note(Chart chart, Axis y, Curve[] curves)
    {
        var parts = new List<string>();
        if (chart.Note.Length > 0)
            parts.Add(chart.Note);
        IEnumerable<Curve> smooth = curves.Where(c => c.Trend.Count > 0);
        int[] fits = [.. smooth.Select(c => Smoothing.Neighbours(c.Shown.Count)).Distinct().Order()];
        if (fits.Length > 0)
        {
            string over = fits.Length == 1 ? $"{fits[0]}" : $"{fits[0]} to {fits[^1]}";
            string each = HasDots(curves) ? "Dots: every step"
                : curves.All(c => c.Points.Count == c.Series.Points.Count) ? "Faint: every step"
                : "Faint: the steps, of each stretch the lowest and the highest";
            parts.Add($"{each}. Bold: the trend (local linear fit over {over} steps).");
        }

        int off = curves.Sum(c => c.OffAxis);
        string which = !y.Logarithmic ? "beyond 1e100"
            : y.Floor > 0 ? $"nothing but rounding, below {Numbers.Value(y.Floor)}"
            : "0 or less, which has no logarithm";
        if (off > 0)
            parts.Add($"{Counts.Of(off, "value is", "values are")} not drawn: {which}.");
        int lost = curves.Sum(c => c.NotFinite);
        if (lost > 0)
            parts.Add($"{Counts.Of(lost, "value is", "values are")} not drawn: NaN or infinite.");
        return string.Join(' ', parts);
    }

    private static bool HasDots(Curve[] curves) => curves.All(c => c.Trend.Count == 0 || c.Points.Count <= MostDots);

    private static string Style(Curve c) => $"line c{c.Series.Style % Colours} d{c.Series.Style % Dashes}";

    /// <summary>A line through positions, broken where one is missing.</summary>
    private static string Path(IReadOnlyList<DataPoint> positions)
    {
        var parts = new List<string>(positions.Count);
        bool open = false;
        for (int i = 0; i < positions.Count; i++)
        {
            DataPoint p = positions[i];
            if (!p.IsFinite)
            {
                open = false;
                continue;
            }

            // A point between two gaps is a line to itself, which round ends make a dot.
            bool alone = !open && (i + 1 == positions.Count || !positions[i + 1].IsFinite);
            parts.Add(Markup.Of($"{(open ? "L" : "M")}{X(p.X)} {Y(p.Y)}{(alone ? "h0" : "")}").Text);
            open = true;
        }

        return string.Concat(parts);
    }

    private static double X(double position) => Left + (position * (Right - Left));

    private static double Y(double position) => Bottom - (position * (Bottom - Top));
}
