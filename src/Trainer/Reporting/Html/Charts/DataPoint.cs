namespace MolEngine.Trainer.Reporting.Html.Charts;

/// <summary>A point of a curve; Y that is not finite is a gap.</summary>
internal readonly record struct DataPoint(double X, double Y)
{
    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Y);
}
