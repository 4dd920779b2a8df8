using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Reports;

/// <summary>
/// The picture of gain and drop: what a model gained where it was to learn, upwards, against what it lost where it was
/// to stay, to the right; a point a model, the base at 0.
/// </summary>
internal sealed record GainAndDrop(
    string Id, string Title, string Unit, string Gain, string Drop, IReadOnlyList<GainAndDropPoint> Points)
{
    private const double Height = 320, Top = 14, Bottom = 268;

    /// <summary>
    /// Those of texts, against the distance from the base first, and that of tasks: each where something was to be
    /// learned and something to be kept.
    /// </summary>
    public static IEnumerable<GainAndDrop> Of(Comparison comparison)
    {
        GainAndDropPoint[] moved = OfTexts(comparison, t => t.IsDomain ? t.Measure : t.Measures[^1]);
        if (moved.Length > 0)
        {
            yield return new GainAndDrop(
                "distance", "Gain and distance: texts", "nats a token", "domain text: cross-entropy fell by",
                "general text: KL from the base", moved);
        }

        GainAndDropPoint[] texts = OfTexts(comparison, t => t.Measure);
        if (texts.Length > 0)
        {
            yield return new GainAndDrop(
                "texts", "Gain and drop: texts", "nats a token", "domain text: cross-entropy fell by",
                "general text: cross-entropy rose by", texts);
        }

        GainAndDropPoint[] tasks = PointsOf(
            comparison, m => [.. m.Tasks.Where(t => t.IsRightOrWrong).Select(t => t.Measure)]);
        if (tasks.Length > 0)
        {
            yield return new GainAndDrop(
                "tasks", "Gain and drop: tasks", "share of items", "domain tasks: score rose by",
                "general tasks: score fell by", tasks);
        }
    }

    public Markup Draw()
    {
        Axis x = Axis.OfValues(
            [.. Points.SelectMany(p => new[] { p.Drop, p.WorstDrop }.Concat(p.Way.Select(w => w.Drop)))],
            AxisKind.FromZero);
        Axis y = Axis.OfValues(Points.SelectMany(p => p.Way.Select(w => w.Gain).Append(p.Gain)), AxisKind.FromZero);
        var plane = new Plane(x, y, Height, Top, Bottom);
        var html = new HtmlPage();
        html.Add(
            $"""
            <figure class="chart" id="{Id}"><figcaption><h3>{Title}</h3>
            <p class="unit">{Gain}, upwards ({Unit})</p></figcaption>
            """);
        string described = string.Join("; ", Points.Select(p =>
            $"{p.Name}: gained {Numbers.Value(p.Gain)}, lost {Numbers.Value(p.Drop)}"));
        html.Add(
            $"""
            <svg class="drawing" viewBox="0 0 {Plane.Width} {Height}" role="img" aria-labelledby="{Id}-title {Id}-text">
            <title id="{Id}-title">{Title}</title><desc id="{Id}-text">{described}</desc>
            """);
        plane.AddAxes(html, $"{Drop} ({Unit})");
        double baseX = plane.X(0), baseY = plane.Y(0);
        Markup mark = Markup.Of($"""<circle class="c5" cx="{baseX}" cy="{baseY}" r="4" />""");
        html.Add($"""<g class="point">{mark}<text x="{baseX + 8}" y="{baseY - 7}">base</text></g>""");
        foreach ((int i, GainAndDropPoint p) in Points.Index())
            AddPoint(html, p, i % ChartFigure.Colours, plane);
        html.Add($"</svg>");
        bool hasWorst = Points.Any(p => p.WorstDrop > p.Drop);
        string worst = hasWorst ? " A line leads to the worst single measure, which the mean would hide." : "";
        string way = Points.Any(p => p.Way.Count > 0) ? " Small points are its checkpoints, from the base on." : "";
        html.Add($"""<p class="note">Up and left is better: learned, and kept. Means over measures.{worst}{way}</p>""");
        html.Add($"</figure>");
        return new Markup(html.ToString());
    }

    private static GainAndDropPoint[] OfTexts(Comparison comparison, Func<TextChange, Measure> measure) => PointsOf(
        comparison, m => [.. m.Texts.Select(measure)],
        m => m.Checkpoints.Select(c => (c.Step, (Measure[])[.. c.Texts.Select(measure)])));

    private static GainAndDropPoint[] PointsOf(
        Comparison comparison, Func<ComparedModel, Measure[]> measures,
        Func<ComparedModel, IEnumerable<(long Step, Measure[] Measures)>>? checkpoints = null) =>
    [
        .. comparison.Models.Select(m => (Model: m, All: measures(m)))
            .Where(m => m.All.Any(a => a.IsDomain) && m.All.Any(a => !a.IsDomain))
            .Select(m => new GainAndDropPoint(
                m.Model.Name, GainOf(m.All), DropOf(m.All), m.All.Where(a => !a.IsDomain).Max(a => a.Loss.Value))
            {
                Way = [.. (checkpoints?.Invoke(m.Model) ?? []).Select(c => (
                    c.Step, GainOf(c.Measures), DropOf(c.Measures)))],
            }),
    ];

    private static double GainOf(Measure[] all) => -all.Where(a => a.IsDomain).Average(a => a.Loss.Value);

    private static double DropOf(Measure[] all) => all.Where(a => !a.IsDomain).Average(a => a.Loss.Value);

    private static void AddPoint(HtmlPage html, GainAndDropPoint p, int colour, Plane plane)
    {
        double at = plane.X(p.Drop), up = plane.Y(p.Gain), worst = plane.X(p.WorstDrop);
        AddWay(html, p, colour, plane);
        if (worst > at)
            html.Add($"""<path class="line c{colour}" d="M{at} {up}H{worst}" />""");
        string tells = $"{p.Name}: gained {Numbers.Value(p.Gain)}, lost {Numbers.Value(p.Drop)}";
        html.Add($"""<circle class="c{colour}" cx="{at}" cy="{up}" r="6"><title>{tells}</title></circle>""");

        // A name stands where there is room: left of its point in the right half, and below it at the top.
        bool isRight = at > (Plane.Left + Plane.Right) / 2;
        string anchor = isRight ? "end" : "start", name = Names.Shortened(p.Name);
        double text = isRight ? at - 10 : at + 10, line = up < Top + 20 ? up + 20 : up - 10;
        html.Add($"""<text x="{text}" y="{line}" text-anchor="{anchor}">{name}</text>""");
    }

    /// <summary>From the base through the checkpoints to the model.</summary>
    private static void AddWay(HtmlPage html, GainAndDropPoint p, int colour, Plane plane)
    {
        if (p.Way.Count == 0)
            return;
        var way = new List<string>();
        foreach ((double drop, double gain) in
            p.Way.Select(w => (w.Drop, w.Gain)).Prepend((0, 0)).Append((p.Drop, p.Gain)))
            way.Add($"{plane.X(drop):0.##} {plane.Y(gain):0.##}");
        html.Add($"""<path class="raw c{colour}" d="M{string.Join('L', way)}" />""");
        foreach ((long step, double gain, double drop) in p.Way)
        {
            string tells = $"{p.Name}, step {step:N0}: gained {Numbers.Value(gain)}, lost {Numbers.Value(drop)}";
            html.Add(
                $"""
                <circle class="c{colour}" cx="{plane.X(drop)}" cy="{plane.Y(gain)}"
                r="3.5"><title>{tells}</title></circle>
                """);
        }
    }
}
