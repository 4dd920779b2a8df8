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
    private const double Height = 340, Top = 18, Bottom = 284;

    /// <param name="numbers">The cells' names in the order of their numbers, which begin with 1.</param>
    public static Markup Draw(GainPicture picture, IReadOnlyList<string> numbers)
    {
        Axis x = Axis.OfValues(
            picture.Points.SelectMany(p => p.Runs.Select(r => r.Loss).Append(p.Loss)), AxisKind.FromZero);
        Axis y = Axis.OfValues(
            picture.Points.SelectMany(p => p.Runs.Select(r => r.Gain).Append(p.Gain)), AxisKind.Linear);
        var plane = new Plane(x, y, Height, Top, Bottom);
        var html = new HtmlPage();
        html.Add(
            $"""
            <figure class="chart" id="{picture.Id}"><figcaption><h3>{picture.Title}</h3>
            <p class="unit">{picture.Gain}, upwards ({picture.Unit})</p></figcaption>
            """);
        string described = string.Join("; ", picture.Points.Select(Told));
        html.Add(
            $"""
            <svg class="drawing" viewBox="0 0 {Plane.Width} {Height}" role="img"
            aria-labelledby="{picture.Id}-title {picture.Id}-text">
            <title id="{picture.Id}-title">{picture.Title}</title><desc id="{picture.Id}-text">{described}</desc>
            """);
        plane.AddAxes(html, picture.Loss);
        foreach (GainPoint p in picture.Points)
            AddRuns(html, p, Colour(numbers, p), plane);
        foreach (GainPoint p in picture.Points)
            AddMean(html, p, Number(numbers, p), Colour(numbers, p), plane);
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

    private static void AddRuns(HtmlPage html, GainPoint p, string colour, Plane plane)
    {
        foreach ((ulong seed, double gain, double loss) in p.Runs)
        {
            string told = $"{p.Cell}, seed {seed}: gained {Numbers.Value(gain)}, lost {Numbers.Value(loss)}";
            double across = plane.X(loss), up = plane.Y(gain);
            html.Add($"""<path class="raw {colour}" d="M{plane.X(p.Loss)} {plane.Y(p.Gain)}L{across} {up}" />""");
            html.Add($"""<circle class="{colour}" cx="{across}" cy="{up}" r="3"><title>{told}</title></circle>""");
        }
    }

    private static void AddMean(HtmlPage html, GainPoint p, int number, string colour, Plane plane)
    {
        double at = plane.X(p.Loss), up = plane.Y(p.Gain);
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
}
