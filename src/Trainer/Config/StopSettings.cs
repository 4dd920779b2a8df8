namespace MolEngine.Trainer.Config;

/// <summary>How validations are judged, and what ends a run before its last step.</summary>
/// <param name="Patience">Validations in a row without an improvement that end the run; null for any number.</param>
/// <param name="MinChange">What a validation must lie below the lowest so far to be an improvement.</param>
/// <param name="MaxGeneralKl">KL of a general corpus to the base, in nats per token, above which the run ends; null for
/// any.</param>
public sealed record StopSettings(
    ValidationMetric Metric, int? Patience, double MinChange, double? MaxGeneralKl)
{
    public static readonly StopSettings None = new(ValidationMetric.Loss, null, 0, null);
}
