using System.Diagnostics;

namespace MolEngine.Server.Live;

/// <summary>
/// One view for all who look: the source is read when somebody asks, and rests between two readings for many times as
/// long as a reading takes, within bounds, as the same machine may be training.
/// </summary>
internal sealed class LiveFeed(ILiveSource source)
{
    /// <summary>Readings take one part of so many of the time.</summary>
    private const int Rest = 20;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private LiveView? _view;
    private long _readAt;
    private TimeSpan _took;

    /// <summary>How long a view is not renewed.</summary>
    public TimeSpan Interval =>
        TimeSpan.FromTicks(Math.Clamp(_took.Ticks * Rest, Shortest.Ticks, Longest.Ticks));

    /// <summary>The view that there is.</summary>
    /// <param name="anew">Whether it is read again in any case.</param>
    public LiveView Now(bool anew = false)
    {
        lock (_lock)
        {
            if (!anew && _view is { } known && Stopwatch.GetElapsedTime(_readAt) < Interval)
                return known;
            long start = Stopwatch.GetTimestamp();
            LiveView view = Read();
            (_readAt, _took) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(start));
            return _view = view;
        }
    }

    /// <summary>What cannot be read now stays as it was, with a sentence that says so.</summary>
    private LiveView Read()
    {
        try
        {
            return source.Read();
        }
        catch (UserException e)
        {
            LiveView last = _view ?? new LiveView("MolEngine", LiveState.Gone, "", []);
            return last with { State = LiveState.Gone, Status = e.Message };
        }
    }
}
