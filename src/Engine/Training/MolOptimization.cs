using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Training;

/// <summary>What one update did.</summary>
/// <param name="Loss">Loss of the global batch, before the update.</param>
/// <param name="GradientNorm">L2 norm of the whole gradient before clipping.</param>
public sealed record UpdateFigures(
    double Loss, double GradientNorm, double LearningRate, IReadOnlyList<RowFigures> Rows);

/// <summary>
/// Updates of a student with the Mixture of Losses. A global batch is taken in micro-batches of any size with the same
/// result to the bit.
/// </summary>
/// <param name="reference">The base model's weights; null where the loss needs none.</param>
/// <param name="ranks">How ranks share an update; not disposed of here. All of them call the same methods with the same
/// rows.</param>
public sealed class MolOptimization(
    Ops ops, LossPass pass, Student student, TransformerWeights? reference, LossOptions loss, AdamW optimizer,
    LearningRateSchedule schedule, DataParallel ranks)
{
    /// <summary>One update from a global batch.</summary>
    /// <param name="microBatch">Rows that go through the model at once.</param>
    /// <exception cref="NonFiniteException">Loss or gradient is NaN or infinite: nothing was updated.</exception>
    public UpdateFigures Update(IReadOnlyList<TokenRow> globalBatch, int microBatch, CancellationToken cancel = default)
    {
        int step = optimizer.Steps;
        var batchLoss = new BatchLoss(loss, globalBatch);
        (RowFigures[] rows, double norm) = Accumulate(globalBatch, batchLoss, microBatch, cancel);
        double value = batchLoss.Value(rows);
        NonFiniteException.ThrowIf(ops, step, value, norm, rows, student.Parameters);
        double rate = schedule.At(step);
        optimizer.Step(rate, norm);
        return new UpdateFigures(value, norm, rate, rows);
    }

    /// <summary>
    /// Norms of what domain rows alone and general rows alone add to the gradient of a global batch. Costs as much as
    /// an update and changes nothing.
    /// </summary>
    public (double Domain, double General) GradientNorms(
        IReadOnlyList<TokenRow> globalBatch, int microBatch, CancellationToken cancel = default)
    {
        var batchLoss = new BatchLoss(loss, globalBatch);
        double Norm(CorpusKind kind)
        {
            // Rows of the other kind are emptied, not removed: weights and dropout masks stay those of the whole batch.
            TokenRow[] own = [.. globalBatch.Select(r => r.Kind == kind ? r : TokenRow.Empty)];
            return Accumulate(own, batchLoss, microBatch, cancel).GradientNorm;
        }

        return (Norm(CorpusKind.Domain), Norm(CorpusKind.General));
    }

    /// <summary>Of all ranks' rows; a device is waited for once, at the end.</summary>
    private (RowFigures[] Rows, double GradientNorm) Accumulate(
        IReadOnlyList<TokenRow> globalBatch, BatchLoss batchLoss, int microBatch, CancellationToken cancel)
    {
        TransformerWeights weights = student.TrainingWeights(optimizer.Steps);
        pass.Discard();
        student.ZeroGradients();
        foreach (int[] places in ranks.Own(globalBatch).Chunk(microBatch))
        {
            cancel.ThrowIfCancellationRequested();
            pass.AccumulateGradients(
                [.. places.Select(p => globalBatch[p])], [.. places.Select(p => batchLoss.Weights[p])], places, weights,
                reference, student.Gradients);
            ranks.Progress();
        }

        student.FinishGradients();
        ranks.SumGradients();
        var squares = new double[1];
        RowFigures[] own = pass.Collect((optimizer.SquaredGradientNorm(), squares));
        double norm = Math.Sqrt(squares[0]);
        return (ranks.Gather(globalBatch, own, norm), norm);
    }
}
