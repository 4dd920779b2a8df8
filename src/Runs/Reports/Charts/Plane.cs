namespace MolEngine.Runs.Reports.Charts;

/// <summary>A drawing of points over two axes of values, in the units of its view box.</summary>
/// <param name="Height">Of the whole drawing, the name of the axis below included.</param>
/// <param name="Top">Upper end of the vertical axis.</param>
/// <param name="Bottom">Its lower end.</param>
internal sealed record Plane(Axis Across, Axis Up, double Height, double Top, double Bottom)
{
    public const double Width = 480, Left = 54, Right = 462;

    public double X(double value) => Left + (Across.Position(value) * (Right - Left));

    public double Y(double value) => Bottom - (Up.Position(value) * (Bottom - Top));

    /// <summary>Lines and numbers of both axes; where a value is 0 the line stands out.</summary>
    /// <param name="name">Of the axis below.</param>
    public void AddAxes(HtmlPage html, string name)
    {
        html.Add($"""<g class="axis y" aria-hidden="true">""");
        foreach (Tick tick in Up.Ticks)
        {
            double at = Y(tick.Value);
            html.Add($"""<path class="{Line(tick)}" d="M{Left} {at}H{Right}" />""");
            html.Add($"""<text x="{Left - 7}" y="{at}" dy=".35em">{tick.Label}</text>""");
        }

        html.Add($"""</g><g class="axis x" aria-hidden="true">""");
        foreach (Tick tick in Across.Ticks)
        {
            double at = X(tick.Value);
            html.Add($"""<path class="{Line(tick)}" d="M{at} {Top}V{Bottom}" />""");
            html.Add($"""<text x="{at}" y="{Bottom + 19}">{tick.Label}</text>""");
        }

        html.Add($"""<text class="name" x="{(Left + Right) / 2}" y="{Height - 8}">{name}</text></g>""");
    }

    private static string Line(Tick tick) => tick.Value == 0 ? "base" : "grid";
}
