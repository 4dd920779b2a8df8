using MolEngine.Basics.Text;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>What a chart shows.</summary>
/// <param name="Id">Unique on the page, of letters and dashes.</param>
/// <param name="Unit">Of the values, as a person says it: "nats per token".</param>
/// <param name="Smooth">
/// Noisy values: the points are drawn faintly and their trend over them, where there are enough for one.
/// </param>
/// <param name="FirstStep">Left end of the steps' axis; the charts of a page share it.</param>
internal sealed record Chart(
    string Id,
    string Title,
    string Unit,
    AxisKind Kind,
    bool Smooth,
    double FirstStep,
    double LastStep,
    IReadOnlyList<ChartSeries> Series)
{
    /// <summary>Said under the chart, before what the chart says by itself.</summary>
    public string Note { get; init; } = "";

    /// <summary>Values up to it are rounding and show nothing.</summary>
    public double Negligible { get; init; }

    /// <summary>How a value is written where it stands alone.</summary>
    public Func<double, string> Format { get; init; } = Numbers.Value;
}
