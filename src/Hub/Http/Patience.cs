namespace MolEngine.Hub.Http;

/// <summary>How long a server is waited for, and how often it is asked again.</summary>
internal sealed record Patience
{
    public static Patience Usual { get; } = new();

    /// <summary>The time for a connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time for the head of an answer.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The time for the next bytes of a body.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures one after the other, without a byte of progress between them, that end a download.</summary>
    public int Failures { get; init; } = 6;

    /// <summary>The wait after the first failure; doubled after each that follows.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest pause that a server may ask for (Retry-After).</summary>
    public TimeSpan LongestAsked { get; init; } = TimeSpan.FromMinutes(10);

    /// <param name="failures">In a row, at least 1.</param>
    public TimeSpan PauseAfter(int failures) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - 1, 20)));
}
