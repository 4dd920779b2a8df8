using System.Text;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Collectives;

/// <summary>
/// The ranks of a run, as each of them sees the others: the one seam between what trains and how processes speak to
/// each other. All ranks call the same collectives with the same sizes in the same order.
/// </summary>
/// <remarks>
/// Two planes. Collectives on tensors are queued, as on a device's stream: their buffers may neither be read nor
/// changed until <see cref="Wait"/> has returned. Messages of bytes (<see cref="Exchange"/>, <see cref="Share"/>) are
/// the host's: small, and done when they return. Sums are fp32, taken in the order of the ranks, element by element:
/// the same number of ranks gives the same bits however a tensor is cut.
/// </remarks>
public abstract class Communicator : IDisposable
{
    private string[]? _hosts;

    /// <summary>
    /// The ranks that this process was started as one of: by MPI where a launcher says that there are several, else
    /// one.
    /// </summary>
    /// <exception cref="MolEngine.Basics.EnvironmentFaultException">As <see cref="MpiRanks.Join"/>.</exception>
    public static Communicator Join() => LaunchedRank.Of(Environment.GetEnvironmentVariable) is { } launched
        ? MpiRanks.Join(launched)
        : new SingleRank();

    /// <summary>This rank, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    public abstract int Size { get; }

    /// <summary>How the ranks speak to each other, for people.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// How long a rank waits for others of which it hears nothing: neither their part nor that they are at work
    /// (<see cref="Progress"/>).
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>Time that this rank has spent in collectives and messages.</summary>
    public TimeSpan Waited { get; protected set; }

    /// <summary>Whether there is nobody to speak to.</summary>
    public bool IsAlone => Size == 1;

    /// <summary>The host of every rank, by rank. The first call is an <see cref="Exchange"/> of all ranks.</summary>
    public IReadOnlyList<string> Hosts =>
        _hosts ??= [.. Exchange(Encoding.UTF8.GetBytes(Environment.MachineName)).Select(Encoding.UTF8.GetString)];

    /// <summary><see cref="Hosts"/> where they have been asked for; else null.</summary>
    protected IReadOnlyList<string>? KnownHosts => _hosts;

    /// <summary>This rank among those of its host, from 0. As <see cref="Hosts"/>.</summary>
    public int LocalRank => Hosts.Take(Rank).Count(h => h == Hosts[Rank]);

    /// <summary>How many ranks this host has. As <see cref="Hosts"/>.</summary>
    public int LocalSize => Hosts.Count(h => h == Hosts[Rank]);

    /// <summary>"rank 2 on node7". As <see cref="Hosts"/>.</summary>
    public string NameOf(int rank) => $"rank {rank} on {Hosts[rank]}";

    /// <summary>Queues x = the sum of all ranks' x, fp32, in the order of the ranks.</summary>
    public void AllReduce(Tensor x)
    {
        RequireFloats(nameof(AllReduce), nameof(x), x);
        if (!IsAlone)
            AllReduceCore(x);
    }

    /// <summary>
    /// Queues share = this rank's part of the sum of all ranks' x, fp32, in the order of the ranks: elements
    /// <c>Rank * share.Count</c> to <c>(Rank + 1) * share.Count</c>.
    /// </summary>
    /// <param name="x">Size times as many elements as <paramref name="share"/>; left as it is.</param>
    public void ReduceScatter(Tensor x, Tensor share)
    {
        RequireShares(nameof(ReduceScatter), x, share);
        ReduceScatterCore(x, share);
    }

    /// <summary>Queues x = all ranks' shares, one behind another in the order of the ranks.</summary>
    /// <param name="x">Size times as many elements as <paramref name="share"/>.</param>
    public void AllGather(Tensor share, Tensor x)
    {
        RequireShares(nameof(AllGather), x, share);
        AllGatherCore(share, x);
    }

    /// <summary>Queues x = the x of one rank.</summary>
    public void Broadcast(Tensor x, int root)
    {
        RequireFloats(nameof(Broadcast), nameof(x), x);
        if (!IsAlone)
            BroadcastCore(x, root);
    }

    /// <summary>Waits until all that is queued is done; faults of it come out here.</summary>
    /// <exception cref="CollectiveException">A rank is gone, hangs, or does something else.</exception>
    public abstract void Wait();

    /// <summary>What every rank says, by rank; waits for what is queued first.</summary>
    /// <exception cref="CollectiveException">As <see cref="Wait"/>.</exception>
    public abstract byte[][] Exchange(ReadOnlySpan<byte> said);

    /// <summary>What one rank says; the others' words are not heard. Waits for what is queued first.</summary>
    /// <exception cref="CollectiveException">As <see cref="Wait"/>.</exception>
    public abstract byte[] Share(ReadOnlySpan<byte> said, int root);

    /// <summary>Returns when every rank has come here.</summary>
    /// <exception cref="CollectiveException">As <see cref="Wait"/>.</exception>
    public void Barrier() => Exchange([]);

    /// <summary>Lets ranks that wait for this one know that it is at work: their patience begins anew. Cheap.</summary>
    public abstract void Progress();

    /// <summary>Ends all ranks, without waiting for any. Where ranks are processes, it does not return.</summary>
    /// <param name="reason">What the others are told, where they can be told anything.</param>
    public abstract void Abort(string reason);

    public abstract void Dispose();

    protected abstract void AllReduceCore(Tensor x);

    protected abstract void ReduceScatterCore(Tensor x, Tensor share);

    protected abstract void AllGatherCore(Tensor share, Tensor x);

    protected abstract void BroadcastCore(Tensor x, int root);

    private void RequireShares(string op, Tensor x, Tensor share)
    {
        RequireFloats(op, nameof(x), x);
        RequireFloats(op, nameof(share), share);
        Require.Count(op, nameof(x), x, share.Count * Size);
        Require.Distinct(op, x, share);
    }

    private static void RequireFloats(string op, string argument, Tensor x)
    {
        Require.Type(op, argument, x, DType.F32);
        Require.Dense(op, argument, x);
    }
}
