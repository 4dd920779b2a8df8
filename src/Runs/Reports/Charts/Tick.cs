namespace MolEngine.Runs.Reports.Charts;

/// <summary>A place on an axis, and what stands there.</summary>
internal readonly record struct Tick(double Value, string Label);
