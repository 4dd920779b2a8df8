using System.Diagnostics;

namespace MolEngine.Kernels.Collectives;

/// <summary>
/// Ranks that are threads of one process, for tests: as strict as a device's library may be. A queued collective is
/// done as late as allowed, at <see cref="Communicator.Wait"/>, so that a buffer that is touched too early gives other
/// numbers; ranks that come with another operation, size or order than the others fail on all ranks by name, and one
/// that does not come is waited for as long as <see cref="Communicator.Timeout"/> says and no longer.
/// </summary>
public sealed unsafe class ThreadRanks : PairwiseRanks
{
    private readonly Meeting _meeting;
    private readonly Queue<Action> _queued = [];
    private long _swaps;

    private ThreadRanks(int rank, Meeting meeting) => (Rank, _meeting) = (rank, meeting);

    public override int Rank { get; }

    public override int Size => _meeting.Posts.Length;

    public override string Description => $"{Size} threads of one process";

    /// <summary>Ranks that see each other; each is for one thread.</summary>
    public static Communicator[] Of(int size)
    {
        var meeting = new Meeting(size);
        return [.. Enumerable.Range(0, size).Select(r => new ThreadRanks(r, meeting))];
    }

    public override void Wait()
    {
        while (_queued.TryDequeue(out Action? collective))
            collective();
    }

    public override void Progress()
    {
        lock (_meeting)
            _meeting.Heard[Rank] = Stopwatch.GetTimestamp();
    }

    public override void Abort(string reason) => Fail($"rank {Rank}: {reason}");

    public override void Dispose()
    {
    }

    protected override void Queue(Action collective) => _queued.Enqueue(collective);

    protected override void Swap(
        CollectiveKind kind, string what, IReadOnlyList<RankMessage> sends, IReadOnlyList<RankMessage> receives)
    {
        long swap = _swaps++;
        lock (_meeting)
        {
            _meeting.Posts[Rank] = new Post(swap, what, sends);
            Monitor.PulseAll(_meeting);
            AwaitAll(what, p => p is { } post && post.Swap >= swap);
            Require(what, receives);
        }

        // Every sender stays below until all have taken theirs.
        foreach (RankMessage receive in receives)
        {
            RankMessage sent = _meeting.Posts[receive.Peer]!.Sends.Single(s => s.Peer == Rank);
            Buffer.MemoryCopy((void*)sent.Address, (void*)receive.Address, receive.Bytes, sent.Bytes);
        }

        lock (_meeting)
        {
            _meeting.Taken[Rank] = swap;
            Monitor.PulseAll(_meeting);
            while (_meeting.Taken.Any(t => t < swap))
                AwaitNews(what, [.. Missing(r => _meeting.Taken[r] < swap)]);
        }
    }

    private void AwaitAll(string what, Func<Post?, bool> isThere)
    {
        while (!_meeting.Posts.All(isThere))
            AwaitNews(what, [.. Missing(r => !isThere(_meeting.Posts[r]))]);
    }

    private IEnumerable<int> Missing(Func<int, bool> isMissing) => Enumerable.Range(0, Size).Where(isMissing);

    private void AwaitNews(string what, int[] missing)
    {
        long begun = Stopwatch.GetTimestamp();
        while (_meeting.Failure is null)
        {
            TimeSpan left = Timeout - Stopwatch.GetElapsedTime(missing.Max(r => Math.Max(begun, _meeting.Heard[r])));
            if (left <= TimeSpan.Zero)
                Fail(Silence.Sentence(what, [.. missing.Select(r => $"rank {r}")], Timeout));
            else if (Monitor.Wait(_meeting, left))
                break;
        }

        if (_meeting.Failure is { } failure)
            throw new CollectiveException(failure);
    }

    /// <summary>All ranks do the same, and what comes is what is expected.</summary>
    private void Require(string what, IReadOnlyList<RankMessage> receives)
    {
        string first = _meeting.Posts[0]!.What;
        int odd = Array.FindIndex(_meeting.Posts, p => p!.What != first);
        if (odd > 0)
        {
            Fail($"collective {_swaps}: expected the same of all ranks, got {first} of rank 0 and "
                + $"{_meeting.Posts[odd]!.What} of rank {odd}");
        }

        foreach (RankMessage receive in receives)
        {
            long sent = _meeting.Posts[receive.Peer]!.Sends.FirstOrDefault(s => s.Peer == Rank).Bytes;
            if (sent != receive.Bytes)
            {
                Fail($"collective {_swaps}: {what}: expected {receive.Bytes} bytes of rank {receive.Peer} at rank "
                    + $"{Rank}, got {sent}");
            }
        }

        if (_meeting.Failure is { } failure)
            throw new CollectiveException(failure);
    }

    /// <summary>The first failure is everyone's.</summary>
    private void Fail(string failure)
    {
        lock (_meeting)
        {
            _meeting.Failure ??= failure;
            Monitor.PulseAll(_meeting);
        }
    }

    /// <summary>What a rank brings to a swap.</summary>
    private sealed record Post(long Swap, string What, IReadOnlyList<RankMessage> Sends);

    /// <summary>Where the ranks meet; its lock guards all of it.</summary>
    private sealed class Meeting
    {
        public Meeting(int size)
        {
            (Posts, Taken, Heard) = (new Post?[size], new long[size], new long[size]);
            Array.Fill(Taken, -1);
        }

        public Post?[] Posts { get; }

        public long[] Taken { get; }

        public long[] Heard { get; }

        public string? Failure { get; set; }
    }
}
