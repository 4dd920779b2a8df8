using MolEngine.Basics.Numerics;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>
/// Runs streams' work as late as the API allows: only when something waits for it, and then what it depends on, with
/// now and then (seeded) a piece of another stream before. A program that forgot to wait reads what is not there yet.
/// </summary>
internal sealed class StreamScheduler(ulong seed)
{
    /// <summary>One in so many pieces of work is preceded by one of another stream.</summary>
    private const int Strays = 4;

    private readonly VirtualStream _default = new(isBlocking: true);
    private readonly List<VirtualStream> _streams = [];
    private ulong _turn;

    /// <summary>The legacy default stream.</summary>
    public VirtualStream Default => _default;

    /// <summary>Work that has not run.</summary>
    public IEnumerable<QueuedWork> Pending => _streams.Append(_default).SelectMany(s => s.Pending);

    public VirtualStream Create(bool isBlocking)
    {
        var stream = new VirtualStream(isBlocking);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Its work is still done, at once: the API lets it finish by itself.</summary>
    public void Destroy(VirtualStream stream)
    {
        Synchronise(stream);
        _streams.Remove(stream);
    }

    /// <param name="after">Further work to wait for; null for none.</param>
    public QueuedWork Enqueue(
        VirtualStream stream, Action action, QueuedWork? after = null, HostRange? reads = null,
            HostRange? writes = null)
    {
        var before = new List<QueuedWork>();
        if (after is { IsDone: false })
            before.Add(after);
        // The default stream waits for all blocking streams, and they for it.
        if (stream == _default)
            before.AddRange(_streams.Where(s => s is { IsBlocking: true, Last.IsDone: false }).Select(s => s.Last!));
        else if (stream.IsBlocking && _default.Last is { IsDone: false } last)
            before.Add(last);
        var work = new QueuedWork(stream, before, action) { Reads = reads, Writes = writes };
        stream.Pending.Enqueue(work);
        stream.Last = work;
        return work;
    }

    public void Synchronise(VirtualStream stream)
    {
        if (stream.Last is { IsDone: false } last)
            Complete(last);
    }

    public void SynchroniseAll()
    {
        while (Pending.Any())
            Stray(except: null);
    }

    /// <summary>Runs a piece of work and everything that must come before it.</summary>
    public void Complete(QueuedWork work)
    {
        while (!work.IsDone)
        {
            if (Random(Strays) == 0)
                Stray(except: work.Stream);
            RunFirst(work.Stream);
        }
    }

    /// <summary>A step towards work that is polled for, so that polling comes to an end.</summary>
    public void Poll(VirtualStream stream)
    {
        if (stream.Pending.Count > 0)
            RunFirst(stream);
    }

    /// <summary>Forgets all that was queued, after a fault.</summary>
    public void Abandon()
    {
        foreach (VirtualStream stream in _streams.Append(_default))
        {
            foreach (QueuedWork work in stream.Pending)
                work.IsDone = true;
            stream.Pending.Clear();
        }
    }

    private void Stray(VirtualStream? except)
    {
        VirtualStream[] others = [.. _streams.Append(_default).Where(s => s != except && s.Pending.Count > 0)];
        if (others.Length > 0)
            RunFirst(others[Random(others.Length)]);
    }

    private void RunFirst(VirtualStream stream)
    {
        if (!stream.Pending.TryPeek(out QueuedWork? work))
            return;
        foreach (QueuedWork before in work.After)
        {
            while (!before.IsDone)
                RunFirst(before.Stream);
        }

        // What it waited for may have run it already.
        if (work.IsDone)
            return;
        stream.Pending.Dequeue();
        work.IsDone = true;
        work.Action();
    }

    private int Random(int below) => (int)(SplitMix64.At(seed, _turn++) % (ulong)below);
}
