namespace MolEngine.Runs.Tests.Metrics;

/// <summary>A clock that stands where it is put.</summary>
internal sealed class SetClock(double seconds) : TimeProvider
{
    /// <summary>Since 1970.</summary>
    public double Seconds { get; set; } = seconds;

    public override DateTimeOffset GetUtcNow() =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromTicks((long)Math.Round(Seconds * TimeSpan.TicksPerSecond));
}
