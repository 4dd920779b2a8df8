using System.Diagnostics;
using MolEngine.Basics;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Collectives;

/// <summary>
/// Ranks that are processes of an MPI job. Point-to-point messages alone are used, none of which blocks: so a rank can
/// say which other it waits for in vain. Sums are <see cref="PairwiseRanks"/>', and the same with every MPI.
/// </summary>
public sealed unsafe class MpiRanks : PairwiseRanks
{
    /// <summary>Tags: a collective's kind and number, so that none is taken for another; MPI promises 32,767.</summary>
    private const int Swaps = 1 << 11;

    /// <summary>The tag of a message without bytes: its sender is at work.</summary>
    private const int AtWork = 1;

    private static readonly TimeSpan Spin = TimeSpan.FromMilliseconds(1), Yield = TimeSpan.FromMilliseconds(50);

    private readonly MpiLibrary _mpi;
    private readonly Lock _calls = new();
    private int _swaps;
    private long _said = Stopwatch.GetTimestamp();
    private bool _isBroken;

    private MpiRanks(MpiLibrary mpi, int rank, int size) => (_mpi, Rank, Size) = (mpi, rank, size);

    public override int Rank { get; }

    public override int Size { get; }

    public override string Description => $"{Size} ranks, {_mpi.ShortVersion}";

    /// <summary>Joins the ranks that this process was started with.</summary>
    /// <exception cref="EnvironmentFaultException">There is no MPI library, or it sees other ranks than the launcher.
    /// </exception>
    public static MpiRanks Join(LaunchedRank launched)
    {
        string ranks = $"MPI: {launched.Launcher} started {launched.Size} ranks";
        MpiLibrary mpi = MpiLibrary.Find(launched.Mpi, out LibraryFinding finding)
            ?? throw new EnvironmentFaultException(
                $"{ranks}: expected an MPI library, got none of "
                + $"{string.Join(", ", finding.Tried.Select(t => Path.GetFileName(t.Path)).Distinct())}. Install the "
                + $"launcher's own, or name it in {MpiLibrary.PathVariable}.");
        Check(MpiApi.MPI_Init_thread(0, 0, MpiLibrary.ThreadSerialized, out int provided), "MPI_Init_thread");
        Check(MpiApi.MPI_Comm_set_errhandler(mpi.World, mpi.ErrorsReturn), "MPI_Comm_set_errhandler");
        Check(MpiApi.MPI_Comm_rank(mpi.World, out int rank), "MPI_Comm_rank");
        Check(MpiApi.MPI_Comm_size(mpi.World, out int size), "MPI_Comm_size");
        if (size != launched.Size || provided < MpiLibrary.ThreadSerialized)
        {
            string got = size != launched.Size
                ? $"{size} in {mpi.ShortVersion} ({finding.Path})" : $"{mpi.ShortVersion} without threads";
            throw new EnvironmentFaultException(
                $"{ranks}: expected an MPI library that sees them, got {got}. Start the run with that library's own "
                + $"mpirun, or with srun --mpi=pmix, or name the launcher's library in {MpiLibrary.PathVariable}.");
        }

        return new MpiRanks(mpi, rank, size);
    }

    public override void Progress()
    {
        // Often enough that nobody loses patience, and seldom enough that nobody drowns in it.
        TimeSpan interval = TimeSpan.FromTicks(Math.Min(Timeout.Ticks / 8, TimeSpan.TicksPerSecond));
        if (_isBroken || Stopwatch.GetElapsedTime(_said) < interval)
            return;
        _said = Stopwatch.GetTimestamp();
        lock (_calls)
        {
            for (int peer = 0; peer < Size; peer++)
            {
                nint request = 0;
                if (peer == Rank)
                    continue;
                Check(MpiApi.MPI_Isend(0, 0, _mpi.Byte, peer, AtWork, _mpi.World, ref request), "MPI_Isend");
                Check(MpiApi.MPI_Request_free(ref request), "MPI_Request_free");
            }
        }
    }

    public override void Abort(string reason)
    {
        // Without the lock: whoever holds it may be the one that hangs.
        _isBroken = true;
        _ = MpiApi.MPI_Abort(_mpi.World, 1);
    }

    /// <summary>Leaves the job; every rank must come here.</summary>
    public override void Dispose()
    {
        if (!_isBroken)
            _ = MpiApi.MPI_Finalize();
        _isBroken = true;
    }

    protected override void Swap(
        CollectiveKind kind, string what, IReadOnlyList<RankMessage> sends, IReadOnlyList<RankMessage> receives)
    {
        int tag = ((int)kind * Swaps) + (_swaps++ % Swaps);
        Transfer[] open =
            [.. receives.Select(m => new Transfer(m, true)), .. sends.Select(m => new Transfer(m, false))];
        try
        {
            lock (_calls)
            {
                foreach (Transfer t in open)
                    Begin(t, tag);
            }

            Complete(open, tag, what);
        }
        catch (CollectiveException)
        {
            _isBroken = true;
            throw;
        }
    }

    private void Begin(Transfer t, int tag)
    {
        RankMessage m = t.Message;
        int bytes = checked((int)m.Bytes);
        int result = t.Comes
            ? MpiApi.MPI_Irecv(m.Address, bytes, _mpi.Byte, m.Peer, tag, _mpi.World, ref t.Request)
            : MpiApi.MPI_Isend(m.Address, bytes, _mpi.Byte, m.Peer, tag, _mpi.World, ref t.Request);
        if (result != 0)
            throw Lost(m.Peer, result);
    }

    /// <summary>Looks after messages until all are through; waits for each peer as long as it shows life.</summary>
    private void Complete(Transfer[] open, int tag, string what)
    {
        long begun = Stopwatch.GetTimestamp(), news = begun;
        while (open.Length > 0)
        {
            Transfer[] left;
            lock (_calls)
            {
                left = [.. open.Where(t => !IsDone(t, what))];
                if (HearsOfWork([.. left.Select(t => t.Message.Peer)]))
                    news = Stopwatch.GetTimestamp();
            }

            if (left.Length < open.Length)
                news = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(news) > Timeout)
                throw Hangs(left, tag, what);
            else
                Rest(Stopwatch.GetElapsedTime(news));
            open = left;
        }
    }

    /// <summary>First at full attention, then in favour of whoever shares the core, at last asleep.</summary>
    private static void Rest(TimeSpan since)
    {
        if (since < Spin)
            Thread.Yield();
        else
            Thread.Sleep(since < Yield ? 0 : 1);
    }

    private bool IsDone(Transfer t, string what)
    {
        byte* status = stackalloc byte[MpiLibrary.StatusBytes];
        int result = MpiApi.MPI_Test(ref t.Request, out int flag, status);
        if (result != 0)
            throw Lost(t.Message.Peer, result);
        if (flag == 0 || !t.Comes)
            return flag != 0;
        Check(MpiApi.MPI_Get_count(status, _mpi.Byte, out int bytes), "MPI_Get_count");
        return bytes == t.Message.Bytes
            ? true
            : throw new CollectiveException(
                $"{what}: expected {t.Message.Bytes} bytes of {Name(t.Message.Peer)}, got {bytes}: the ranks do not do "
                + "the same. Start all of them with one program and one config.");
    }

    /// <summary>Takes in what ranks say of being at work; whether one of <paramref name="peers"/> did.</summary>
    private bool HearsOfWork(int[] peers)
    {
        bool heard = false;
        byte* status = stackalloc byte[MpiLibrary.StatusBytes];
        for (int peer = 0; peer < Size; peer++)
        {
            while (peer != Rank && MpiApi.MPI_Iprobe(peer, AtWork, _mpi.World, out int flag, status) == 0 && flag != 0)
            {
                if (MpiApi.MPI_Recv(0, 0, _mpi.Byte, peer, AtWork, _mpi.World, status) != 0)
                    break;
                heard |= peers.Contains(peer);
            }
        }

        return heard;
    }

    /// <summary>Of several ranks that wait for the same one, the first speaks first, and ends all.</summary>
    private CollectiveException Hangs(Transfer[] left, int tag, string what)
    {
        Thread.Sleep(TimeSpan.FromSeconds(Math.Min(Rank, 10) * 0.5));
        int[] peers = [.. left.Select(t => t.Message.Peer).Distinct().Order()];
        byte* status = stackalloc byte[MpiLibrary.StatusBytes];
        foreach (int peer in peers)
        {
            // What it has sent instead shows that it is alive and does something else.
            lock (_calls)
            {
                for (int kind = 1; kind <= (int)CollectiveKind.Share; kind++)
                {
                    int other = (kind * Swaps) + (tag % Swaps);
                    if (other != tag && MpiApi.MPI_Iprobe(peer, other, _mpi.World, out int flag, status) == 0
                        && flag != 0)
                    {
                        return new CollectiveException(
                            $"{what}: expected the same of all ranks, got {(CollectiveKind)kind} of {Name(peer)}. "
                            + "Start all ranks with one program and one config.");
                    }
                }
            }
        }

        return new CollectiveException(Silence.Sentence(what, [.. peers.Select(Name)], Timeout));
    }

    private CollectiveException Lost(int peer, int result) =>
        new($"{Name(peer)}: expected it to take part, got \"{MpiLibrary.Words(result)}\" of MPI: it is gone. Look at "
            + "its log and its host.");

    /// <summary>With its host, where that is known: this is no moment to ask.</summary>
    private string Name(int rank) => KnownHosts is { } hosts ? $"rank {rank} on {hosts[rank]}" : $"rank {rank}";

    private static void Check(int result, string call)
    {
        if (result != 0)
            throw new EnvironmentFaultException($"MPI: {call}: expected success, got \"{MpiLibrary.Words(result)}\"");
    }

    /// <summary>A message under way.</summary>
    private sealed class Transfer(RankMessage message, bool comes)
    {
        public nint Request;

        public RankMessage Message { get; } = message;

        /// <summary>Whether it is received here, else sent.</summary>
        public bool Comes { get; } = comes;
    }
}
