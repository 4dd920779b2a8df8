using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Collectives;

/// <summary>
/// Collectives of host memory, written once over one primitive: a swap, in which every rank sends each other at most
/// one message and receives at most one. Sums do not go through a library's reduction, whose order is its own affair:
/// each rank takes its part of a tensor from all others, adds in the order of the ranks, and hands the sums round.
/// </summary>
public abstract unsafe class PairwiseRanks : Communicator
{
    /// <summary>Floats that are swapped at a time, 4 MiB: bounds the memory beside a tensor, and no bit depends on
    /// it.</summary>
    private const int Piece = 1 << 20;

    /// <summary>Bytes of a message that go with its length: most messages are no longer, and go at once.</summary>
    private const int Head = 1024;

    private float[] _parts = [];

    /// <summary>Sends and receives.</summary>
    /// <param name="what">The collective in words, the same on all ranks.</param>
    /// <exception cref="CollectiveException">A rank is gone, hangs, or does something else.</exception>
    protected abstract void Swap(
        CollectiveKind kind, string what, IReadOnlyList<RankMessage> sends, IReadOnlyList<RankMessage> receives);

    /// <summary>Takes a collective in: at once, unless the ranks queue.</summary>
    protected virtual void Queue(Action collective) => collective();

    public override void Wait()
    {
    }

    public override byte[][] Exchange(ReadOnlySpan<byte> said)
    {
        Wait();
        byte[][] heads = Round(HeadOf(said), [.. Enumerable.Repeat(Head, Size)]);
        int[] lengths = [.. heads.Select(LengthOf)];
        return lengths.All(FitsHead)
            ? [.. heads.Select(h => h[sizeof(int)..(sizeof(int) + LengthOf(h))])]
            : Round(said.ToArray(), lengths);
    }

    public override byte[] Share(ReadOnlySpan<byte> said, int root)
    {
        Wait();
        byte[] head = HeadOf(said);
        FromRoot(CollectiveKind.Share, "a message", head, root);
        int length = LengthOf(head);
        if (FitsHead(length))
            return head[sizeof(int)..(sizeof(int) + length)];
        byte[] message = Rank == root ? said.ToArray() : new byte[length];
        FromRoot(CollectiveKind.Share, "a long message", message, root);
        return message;
    }

    protected override void AllReduceCore(Tensor x) => Queue(() =>
    {
        for (long first = 0; first < x.Count; first += Piece)
            AllReduce((float*)x.Address + first, (int)Math.Min(Piece, x.Count - first));
    });

    protected override void ReduceScatterCore(Tensor x, Tensor share) => Queue(() =>
    {
        for (long first = 0; first < share.Count; first += Piece)
        {
            int count = (int)Math.Min(Piece, share.Count - first);
            float* of(int rank) => (float*)x.Address + (rank * share.Count) + first;
            ReduceParts(CollectiveKind.ReduceScatter, share.Count * Size, of, _ => count)
                .CopyTo(new Span<float>((float*)share.Address + first, count));
        }
    });

    protected override void AllGatherCore(Tensor share, Tensor x) => Queue(() =>
    {
        Buffer.MemoryCopy(
            (void*)share.Address, (float*)x.Address + (Rank * share.Count), share.Bytes, share.Bytes);
        for (long first = 0; first < share.Count; first += Piece)
        {
            float* of(int rank) => (float*)x.Address + (rank * share.Count) + first;
            long[] counts = [.. Enumerable.Repeat(Math.Min(Piece, share.Count - first), Size)];
            Gather(CollectiveKind.AllGather, x.Count, of, counts);
        }
    });

    protected override void BroadcastCore(Tensor x, int root) => Queue(() =>
    {
        for (long first = 0; first < x.Count; first += Piece)
        {
            long count = Math.Min(Piece, x.Count - first);
            FromRoot(
                CollectiveKind.Broadcast, $"broadcast of {x.Count} floats from rank {root}",
                (nint)((float*)x.Address + first), count * sizeof(float), root);
        }
    });

    /// <summary>x = sum over ranks: by parts, each summed by its rank, then handed round.</summary>
    private void AllReduce(float* x, int count)
    {
        int start(int rank) => (int)((long)count * rank / Size);
        int length(int rank) => start(rank + 1) - start(rank);
        float* of(int rank) => x + start(rank);
        ReduceParts(CollectiveKind.AllReduce, count, of, length).CopyTo(new Span<float>(of(Rank), length(Rank)));
        Gather(CollectiveKind.AllReduce, count, of, [.. Enumerable.Range(0, Size).Select(r => (long)length(r))]);
    }

    /// <summary>This rank's part of the sum: valid until the next collective.</summary>
    /// <param name="of">Where each rank's part of this rank's addend begins.</param>
    /// <param name="length">Floats of each rank's part.</param>
    private ReadOnlySpan<float> ReduceParts(
        CollectiveKind kind, long count, PartOf of, Func<int, int> length)
    {
        int own = length(Rank);
        if (_parts.Length < own * Size)
            _parts = GC.AllocateUninitializedArray<float>(own * Size, pinned: true);
        Span<float> parts = _parts;
        float* room = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_parts, 0);
        Timed(
            kind, $"{Words(kind)} of {count} floats",
            Others(r => (nint)of(r), r => (long)length(r) * sizeof(float)),
            Others(r => (nint)(room + ((long)r * own)), _ => (long)own * sizeof(float)));
        new ReadOnlySpan<float>(of(Rank), own).CopyTo(parts.Slice(Rank * own, own));
        Span<float> sum = parts[..own];
        for (int rank = 1; rank < Size; rank++)
            Add(parts.Slice(rank * own, own), sum);
        return sum;
    }

    /// <summary>Hands this rank's part to all others, and takes theirs.</summary>
    private void Gather(CollectiveKind kind, long count, PartOf of, long[] counts) => Timed(
        kind, $"{Words(kind)} of {count} floats",
        Others(_ => (nint)of(Rank), _ => counts[Rank] * sizeof(float)),
        Others(r => (nint)of(r), r => counts[r] * sizeof(float)));

    /// <summary>A message's length, and the message where it fits.</summary>
    private static byte[] HeadOf(ReadOnlySpan<byte> message)
    {
        byte[] head = new byte[Head];
        BitConverter.TryWriteBytes(head, message.Length);
        if (FitsHead(message.Length))
            message.CopyTo(head.AsSpan(sizeof(int)));
        return head;
    }

    private static int LengthOf(byte[] head) => BitConverter.ToInt32(head);

    private static bool FitsHead(int length) => length <= Head - sizeof(int);

    /// <summary>Bytes of every rank to every other.</summary>
    private byte[][] Round(byte[] own, int[] lengths)
    {
        byte[][] all = [.. lengths.Select(length => GC.AllocateArray<byte>(length, pinned: true))];
        own.CopyTo(all[Rank], 0);
        nint of(int rank) => Marshal.UnsafeAddrOfPinnedArrayElement(all[rank], 0);
        Timed(
            CollectiveKind.Exchange, "an exchange of words", Others(_ => of(Rank), _ => lengths[Rank]),
            Others(of, r => lengths[r]));
        return all;
    }

    private void FromRoot(CollectiveKind kind, string what, byte[] bytes, int root)
    {
        fixed (byte* p = bytes)
            FromRoot(kind, $"{what} from rank {root}", (nint)p, bytes.Length, root);
    }

    private void FromRoot(CollectiveKind kind, string what, nint address, long bytes, int root) => Timed(
        kind, what,
        Rank == root ? Others(_ => address, _ => bytes) : [],
        Rank == root || bytes == 0 ? [] : [new RankMessage(root, address, bytes)]);

    private void Timed(
        CollectiveKind kind, string what, IReadOnlyList<RankMessage> sends, IReadOnlyList<RankMessage> receives)
    {
        long begun = Stopwatch.GetTimestamp();
        Swap(kind, what, sends, receives);
        Waited += Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>A message of each other rank; those without bytes are none.</summary>
    private List<RankMessage> Others(Func<int, nint> address, Func<int, long> bytes) =>
    [
        .. Enumerable.Range(0, Size).Where(r => r != Rank && bytes(r) > 0)
            .Select(r => new RankMessage(r, address(r), bytes(r))),
    ];

    private static string Words(CollectiveKind kind) => kind switch
    {
        CollectiveKind.AllReduce => "all-reduce",
        CollectiveKind.ReduceScatter => "reduce-scatter",
        _ => "all-gather",
    };

    /// <summary>sum += x, element by element: the same bits at any width of vectors.</summary>
    private static void Add(ReadOnlySpan<float> x, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> wideX = MemoryMarshal.Cast<float, Vector<float>>(x);
        Span<Vector<float>> wideSum = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (int i = 0; i < wideSum.Length; i++)
            wideSum[i] += wideX[i];
        for (int i = wideSum.Length * Vector<float>.Count; i < sum.Length; i++)
            sum[i] += x[i];
    }

    private delegate float* PartOf(int rank);
}
