namespace MolEngine.Data;

/// <summary>
/// The clock that chat templates see where documents are made: it stands, so that a run is the same on every day, and
/// goes on as it began.
/// </summary>
internal sealed class StoppedClock : TimeProvider
{
    private StoppedClock()
    {
    }

    public static StoppedClock Instance { get; } = new();

    /// <summary>The day that it shows, in words.</summary>
    public const string Day = "1 January 2025";

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
