using System.Text;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Collectives;

namespace MolEngine.Trainer.Ranks;

/// <summary>
/// The ranks of a run at work: rank 0 alone runs the run, and says at each turn what all compute; the others follow. So
/// whatever decides (a signal, a checkpoint, the end of patience) is decided once.
/// </summary>
internal sealed class RankTeam(Communicator ranks, RankLog log)
{
    /// <summary>Of a run of one process.</summary>
    public static RankTeam Alone { get; } = new(new SingleRank(), RankLog.None);

    public Communicator Ranks => ranks;

    public RankLog Log => log;

    /// <summary>Whether this rank left the others in the middle of something: they wait, and cannot be told.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Rank 0: lets all ranks do something, and does it too.</summary>
    /// <param name="isAgreed">Whether an exception comes out on every rank; all others leave the team broken.</param>
    public T Together<T>(RankOrder order, Func<T> act, Func<Exception, bool>? isAgreed = null)
    {
        if (ranks.IsAlone)
            return act();
        try
        {
            order.Tell(ranks);
            return act();
        }
        catch (Exception e) when (e is CollectiveException || !(isAgreed?.Invoke(e) ?? e is NonFiniteException))
        {
            IsBroken = true;
            throw;
        }
    }

    /// <summary>Rank 0: lets the others go.</summary>
    /// <param name="failure">What the run ended with; null where it came to its end.</param>
    public void End(Exception? failure)
    {
        int code = failure is null ? ExitCode.Done
            : failure is OperationCanceledException ? ExitCode.Interrupted
            : ExitCode.Failed;
        if (!ranks.IsAlone && !IsBroken)
            Together(new RankOrder(RankTask.End, code), () => true);
    }

    /// <summary>Something that may fail on any rank, done by some: where it has, it has failed on all.</summary>
    /// <param name="act">Null on ranks that only wait for the others.</param>
    /// <exception cref="Exception">Of this rank, where it is the first that failed, and on rank 0 of any other: says
    /// which.
    /// </exception>
    /// <exception cref="OtherRankException">On the other ranks.</exception>
    public static void Agree(Communicator ranks, Action? act)
    {
        if (ranks.IsAlone)
        {
            act?.Invoke();
            return;
        }

        Exception? failure = null;
        try
        {
            act?.Invoke();
        }
        catch (Exception e) when (e is not CollectiveException)
        {
            failure = e;
        }

        string[] said = [.. ranks.Exchange(Encoding.UTF8.GetBytes(failure is null ? "" : Words(failure)))
            .Select(Encoding.UTF8.GetString)];
        int first = Array.FindIndex(said, s => s.Length > 0);
        if (first < 0)
            return;
        if (ranks.Rank > 0)
            throw new OtherRankException(first == 0 ? ExitCode.UserError : ExitCode.Failed);
        if (first == 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure!);
        throw new RunFailedException($"{ranks.NameOf(first)}: {said[first]}");
    }

    private static string Words(Exception e) => e.Message.Length > 0 ? e.Message : e.GetType().Name;
}
