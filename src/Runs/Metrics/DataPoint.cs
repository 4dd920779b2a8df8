namespace MolEngine.Runs.Metrics;

/// <summary>A point of a curve; Y that is not finite is a gap.</summary>
public readonly record struct DataPoint(double X, double Y)
{
    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Y);
}
