using MolEngine.Basics.Text;
using MolEngine.Runs.Reports;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Experiments;

/// <summary>
/// Draws gain against loss: a small point for each run, a numbered one for each cell's mean, a ring around those that
/// are best. Numbers, not names, stand in the drawing, where many cells lie close together; the page lists both.
/// </summary>
internal static class CellPicture
{
    private const double Width = 480, Height = 340, Left = 54, Right = 462, Top = 18, Bottom = 284;

    /// <param name="numbers">The cells' names in the order of their numbers, which begin with 1.</param>
    public static Markup Draw(GainPicture picture, IReadOnlyList<string> numbers)
    {
        Axis x = Axis.OfValues(
            picture.Points.SelectMany(p => p.Runs.Select(r => r.Loss).Append(p.Loss)), AxisKind.FromZero);
        Axis y = Axis.OfValues(
            picture.Points.SelectMany(p => p.Runs.Select(r => r.Gain).Append(p.Gain)), AxisKind.Linear);
        var html = new HtmlPage();
        html.Add(
            $"""
            <figure class="chart" id="{picture.Id}"><figcaption><h3>{picture.Title}</h3>
            <p class="unit">{picture.Gain}, upwards ({picture.Unit})</p></figcaption>
            """);
        string described = string.Join("; ", picture.Points.Select(Told));
        html.Add(
            $"""
            <svg class="drawing" viewBox="0 0 {Width} {Height}" role="img"
            aria-labelledby="{picture.Id}-title {picture.Id}-text">
            <title id="{picture.Id}-title">{picture.Title}</title><desc id="{picture.Id}-text">{described}</desc>
            """);
        AddAxes(html, picture, x, y);
        foreach (GainPoint p in picture.Points)
            AddRuns(html, p, Colour(numbers, p), x, y);
        foreach (GainPoint p in picture.Points)
            AddMean(html, p, Number(numbers, p), Colour(numbers, p), x, y);
        html.Add($"</svg>");
        string best = string.Join(", ", picture.Points.Where(p => p.IsBest)
            .Select(p => $"{Number(numbers, p)} {p.Cell}"));
        html.Add(
            $"""
            <p class="note">Up and left is better; the base has 0 of both. Small: runs. Numbers: means of cells. Ringed,
            of which no other cell has more for less: {best}.</p></figure>
            """);
        return new Markup(html.ToString());
    }

    private static void AddAxes(HtmlPage html, GainPicture picture, Axis x, Axis y)
    {
        html.Add($"""<g class="axis y" aria-hidden="true">""");
        foreach (Tick tick in y.Ticks)
        {
            double at = Y(y, tick.Value);
            html.Add($"""<path class="{Line(tick)}" d="M{Left} {at}H{Right}" />""");
            html.Add($"""<text x="{Left - 7}" y="{at}" dy=".35em">{tick.Label}</text>""");
        }

        html.Add($"""</g><g class="axis x" aria-hidden="true">""");
        foreach (Tick tick in x.Ticks)
        {
            double at = X(x, tick.Value);
            html.Add($"""<path class="{Line(tick)}" d="M{at} {Top}V{Bottom}" />""");
            html.Add($"""<text x="{at}" y="{Bottom + 19}">{tick.Label}</text>""");
        }

        html.Add($"""<text class="name" x="{(Left + Right) / 2}" y="{Height - 8}">{picture.Loss}</text></g>""");
    }

    private static string Line(Tick tick) => tick.Value == 0 ? "base" : "grid";

    private static void AddRuns(HtmlPage html, GainPoint p, string colour, Axis x, Axis y)
    {
        foreach ((ulong seed, double gain, double loss) in p.Runs)
        {
            string told = $"{p.Cell}, seed {seed}: gained {Numbers.Value(gain)}, lost {Numbers.Value(loss)}";
            double across = X(x, loss), up = Y(y, gain);
            html.Add($"""<path class="raw {colour}" d="M{X(x, p.Loss)} {Y(y, p.Gain)}L{across} {up}" />""");
            html.Add($"""<circle class="{colour}" cx="{across}" cy="{up}" r="3"><title>{told}</title></circle>""");
        }
    }

    private static void AddMean(HtmlPage html, GainPoint p, int number, string colour, Axis x, Axis y)
    {
        double at = X(x, p.Loss), up = Y(y, p.Gain);
        if (p.IsBest)
            html.Add($"""<circle class="ring {colour}" cx="{at}" cy="{up}" r="12" />""");
        html.Add(
            $"""
            <circle class="{colour}" cx="{at}" cy="{up}" r="8.5"><title>{Told(p)}</title></circle>
            <text class="number" x="{at}" y="{up}" dy=".35em" aria-hidden="true">{number}</text>
            """);
    }

    private static string Told(GainPoint p) =>
        $"{p.Cell}: gained {Numbers.Value(p.Gain)}, lost {Numbers.Value(p.Loss)}, "
        + $"means of {Counts.Of(p.Runs.Count, "run")}{(p.IsBest ? ", best" : "")}";

    private static int Number(IReadOnlyList<string> numbers, GainPoint p) =>
        numbers.Index().First(n => n.Item == p.Cell).Index + 1;

    private static string Colour(IReadOnlyList<string> numbers, GainPoint p) =>
        $"c{(Number(numbers, p) - 1) % ChartFigure.Colours}";

    private static double X(Axis axis, double value) => Left + (axis.Position(value) * (Right - Left));

    private static double Y(Axis axis, double value) => Bottom - (axis.Position(value) * (Bottom - Top));
}
