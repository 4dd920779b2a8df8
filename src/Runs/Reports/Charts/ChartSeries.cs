using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>A curve.</summary>
/// <param name="Style">
/// Chooses colour and dashes; what has the same number looks the same in every chart of a page.
/// </param>
/// <param name="Points">With rising X.</param>
internal sealed record ChartSeries(string Name, int Style, IReadOnlyList<DataPoint> Points);
