namespace MolEngine.Trainer.Tests.Reporting.Live;

/// <summary>A clock that goes on by hand, with its timers.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int Timers => _timers.Count;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Lets time pass, unnoticed by timers.</summary>
    public void Advance(TimeSpan time) => _now += time.Ticks;

    /// <summary>Lets time pass, and then every timer ring once.</summary>
    public void Pass(TimeSpan time)
    {
        Advance(time);
        foreach (HandTimer timer in _timers)
            timer.Ring();
    }

    private sealed class HandTimer(HandClock owner, TimerCallback callback, object? state) : ITimer
    {
        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => owner._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
