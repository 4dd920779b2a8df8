using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>
/// The run is to go on from a checkpoint, past some rows: what it does then is a run that is resumed.
/// </summary>
internal sealed class GoBackException(string message) : Exception(message);

/// <summary>Watches a run's loss, and does what the run's <c>loss_spike</c> says where it jumps.</summary>
internal sealed class SpikeResponse
{
    /// <summary>A run that goes back more often is not helped by it.</summary>
    private const int MostTimes = 3;

    private readonly RunConfig _run;
    private readonly SkippedBatches _skipped;
    private readonly Action<string> _tell;
    private readonly LossGuard _guard = new();

    /// <param name="skipped">Added to where the run goes back.</param>
    /// <param name="tell">Told of a spike that nothing is done about.</param>
    public SpikeResponse(RunConfig run, SkippedBatches skipped, Action<string> tell) =>
        (_run, _skipped, _tell) = (run, skipped, tell);

    /// <summary>Steps of the checkpoint that must stay, as the loss jumped behind it; null where it did not.</summary>
    public long? Kept { get; private set; }

    /// <summary>
    /// Takes in the losses of the steps before a run goes on, so that it sees what it would have seen.
    /// </summary>
    /// <param name="log">metrics.jsonl, cut back to where the run goes on.</param>
    public void Replay(MetricsLog log)
    {
        if (_run.LossSpike == SpikeKind.Off)
            return;
        MetricSeries? losses = MetricsLog.Of(log.Training, Metric.Loss).FirstOrDefault();
        foreach (DataPoint p in losses?.Points ?? [])
        {
            if (_guard.Add((long)p.X, p.Y) is { } spike)
                Kept = Good(spike)?.Step;
        }
    }

    /// <summary>Takes the loss of a step.</summary>
    /// <param name="step">Steps that are finished with it.</param>
    /// <exception cref="RunFailedException">The run is to stop: says where, and what to do.</exception>
    /// <exception cref="GoBackException">The run is to go on from a checkpoint, which is the newest now.</exception>
    public void Add(long step, double loss)
    {
        if (_run.LossSpike == SpikeKind.Off || _guard.Add(step, loss) is not { } spike)
            return;
        Checkpoint? good = Good(spike);
        string said = $"the loss jumped: steps {spike.First:N0} to {spike.Last:N0} have "
            + $"{Numbers.Value(spike.Least)} to {Numbers.Value(spike.Most)}, where the median of the "
            + $"{spike.Before:N0} before is {Numbers.Value(spike.Usual)}";
        if (_run.LossSpike == SpikeKind.Warn)
        {
            Kept = good?.Step;
            string stays = good is null
                ? "no checkpoint from before is saved"
                : $"the checkpoint after step {good.Step:N0} stays";
            _tell($"{said}. The learning rate may be too high, or the rows odd; {stays} "
                + $"({ConfigKeys.LossSpike.Path}: stop or back act on it)");
            return;
        }

        string again = $"Lower {OptimizerKeys.LearningRate.Path}, or look at the rows";
        if (good is null)
            throw new RunFailedException($"{said}. No checkpoint from before is saved. {again}.");
        RemoveAfter(good);
        string lower = $"{again}; to go on from the checkpoint after step {good.Step:N0} as it was: "
            + ProgramCommand.With($"train --resume {ShownPath.Of(_run.Output)} --set {ConfigKeys.LossSpike.Path}=warn");
        if (_run.LossSpike == SpikeKind.Stop)
            throw new RunFailedException($"{said}. {lower}");
        if (_skipped.Times >= MostTimes)
            throw new RunFailedException($"{said}, after the run went back {MostTimes} times. {lower}");
        _skipped.Add(_run.Output, good.Step, step - good.Step);
        throw new GoBackException(
            $"{said}. The run goes on from the checkpoint after step {good.Step:N0}, past the rows of "
            + Counts.Of(step - good.Step, "step"));
    }

    /// <summary>The newest checkpoint from before a spike.</summary>
    private Checkpoint? Good(LossSpike spike) =>
        CheckpointStore.All(_run.Output).Whole.LastOrDefault(c => c.Step <= spike.GoodThrough);

    private void RemoveAfter(Checkpoint good)
    {
        foreach (Checkpoint c in CheckpointStore.All(_run.Output).Whole.Where(c => c.Step > good.Step))
            DurableFiles.Guarded(c.Folder, () => _ = DurableFile.RemoveFolder(c.Folder));
    }
}
