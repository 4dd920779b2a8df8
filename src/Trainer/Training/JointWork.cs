using System.Diagnostics;
using System.Runtime.InteropServices;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Training;

/// <summary>
/// What all ranks of a run compute together. With one rank it is what <see cref="MolOptimization"/> and
/// <see cref="Validation"/> do, and nothing beside.
/// </summary>
internal sealed class JointWork(TrainingSession session, RankTeam team)
{
    private readonly Communicator _ranks = team.Ranks;
    private bool _isStopped, _isSpread;
    private long? _memory;

    /// <summary>Bytes of memory that all ranks hold, as they said after the last update.</summary>
    public long MemoryBytes => _memory ?? Environment.WorkingSet;

    /// <summary>
    /// Rank 0: gives its state to all ranks, where it was put back from a checkpoint. Before the first thing that is
    /// computed it is given unasked.
    /// </summary>
    public void Spread()
    {
        if (_ranks.IsAlone)
            return;
        _isSpread = true;
        var order = new RankOrder(RankTask.State, session.Optimizer.Steps);
        team.Together(order, () => Take(order));
    }

    /// <summary>Rank 0: an update of all ranks.</summary>
    /// <inheritdoc cref="MolOptimization.Update" path="/exception"/>
    /// <exception cref="OperationCanceledException">This rank, or another, was asked to stop before it
    /// began.</exception>
    public UpdateFigures Update(long step, long skipped, IReadOnlyList<TokenRow> batch, CancellationToken cancel)
    {
        if (_ranks.IsAlone)
            return session.Optimization.Update(batch, session.Run.MicroBatch, cancel);
        Prepare(cancel);
        return team.Together(new RankOrder(RankTask.Update, step, skipped), () => Compute(step, batch, cancel));
    }

    /// <summary>Rank 0: the norms of what domain and general rows add to a gradient, by all ranks.</summary>
    /// <inheritdoc cref="Update" path="/exception"/>
    public (double Domain, double General) GradientNorms(
        long step, long skipped, IReadOnlyList<TokenRow> batch, CancellationToken cancel)
    {
        if (_ranks.IsAlone)
            return session.Optimization.GradientNorms(batch, session.Run.MicroBatch, cancel);
        Prepare(cancel);
        return team.Together(
            new RankOrder(RankTask.GradientNorms, step, skipped),
            () => session.Optimization.GradientNorms(batch, session.Run.MicroBatch, CancellationToken.None));
    }

    /// <summary>Rank 0: a validation by all ranks.</summary>
    /// <inheritdoc cref="Update" path="/exception"/>
    public IReadOnlyList<CorpusFigures> Validate(CancellationToken cancel, Action<long, long> progress)
    {
        if (_ranks.IsAlone)
            return session.Validation.Run(cancel, progress);
        Prepare(cancel);
        return team.Together(
            new RankOrder(RankTask.Validate), () => session.Validation.Run(CancellationToken.None, progress));
    }

    /// <summary>Another rank: does what rank 0 does.</summary>
    /// <param name="stop">Whether this rank was asked to stop: rank 0 is told after the next update.</param>
    public void Follow(RankOrder order, CancellationToken stop)
    {
        try
        {
            switch (order.Task)
            {
                case RankTask.State:
                    Take(order);
                    break;
                case RankTask.GradientNorms:
                    _ = session.Optimization.GradientNorms(
                        session.Rows(order.Step, order.Skipped), session.Run.MicroBatch, CancellationToken.None);
                    break;
                case RankTask.Update:
                    Compute(order.Step, session.Rows(order.Step, order.Skipped), stop);
                    break;
                case RankTask.Validate:
                    session.Validation.Run(CancellationToken.None);
                    break;
                default:
                    throw new InvalidOperationException($"{order.Task}: expected something to compute");
            }
        }
        catch (NonFiniteException e)
        {
            // Rank 0 has it too, and says what becomes of the run.
            team.Log.Write(e.Message);
        }
    }

    private bool Take(RankOrder order)
    {
        team.Log.Open();
        for (int i = 0; i < session.Optimizer.Parameters.Count; i++)
        {
            foreach (Tensor part in (Tensor[])[
                session.Optimizer.Parameters[i].Value, session.Optimizer.FirstMoments[i],
                session.Optimizer.SecondMoments[i]])
                _ranks.Broadcast(part, root: 0);
        }

        _ranks.Wait();
        session.Optimizer.RoundCopies();
        session.Optimizer.Steps = checked((int)order.Step);
        return true;
    }

    private UpdateFigures Compute(long step, IReadOnlyList<TokenRow> batch, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan before = _ranks.Waited;
        UpdateFigures figures;
        try
        {
            figures = session.Optimization.Update(batch, session.Run.MicroBatch, CancellationToken.None);
        }
        catch (NonFiniteException e) when (e.Row is int row)
        {
            int owner = Array.FindIndex(session.Ranks.Shares(batch), s => s.Contains(row));
            throw new NonFiniteException($"{e.Message} It was computed by {_ranks.NameOf(owner)}.", row);
        }

        TimeSpan waited = _ranks.Waited - before, worked = Stopwatch.GetElapsedTime(start) - waited;
        int[] own = session.Ranks.Own(batch);
        team.Log.Write(
            $"step {step + 1}: {own.Length} of {batch.Count} rows, {own.Sum(p => batch[p].Tokens.Length)} tokens, "
            + $"{worked.TotalSeconds:F3} s at work, {waited.TotalSeconds:F3} s with others");
        long[] said = [stop.IsCancellationRequested ? 1 : 0, Environment.WorkingSet];
        Hear(_ranks.Exchange(MemoryMarshal.AsBytes<long>(said)));
        return figures;
    }

    /// <summary>A rank that was asked to stop stops all, between two steps.</summary>
    private void Hear(byte[][] said)
    {
        _memory = 0;
        foreach (byte[] words in said)
        {
            ReadOnlySpan<long> numbers = MemoryMarshal.Cast<byte, long>(words);
            _isStopped |= numbers[0] != 0;
            _memory += numbers[1];
        }
    }

    private void Prepare(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isStopped)
            throw new OperationCanceledException("another rank was asked to stop");
        if (!_isSpread)
            Spread();
    }
}
