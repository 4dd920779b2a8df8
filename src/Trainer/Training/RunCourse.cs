using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Runs;
using MolEngine.Runs.Advising;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>
/// What a run makes of its validations: the best one, whether it stops before its last step, and what it says of
/// itself.
/// </summary>
internal sealed class RunCourse
{
    private readonly TrainingSession _session;
    private readonly TrainingLog _log;
    private readonly Advisor _advisor;

    public RunCourse(TrainingSession session, TrainingLog log)
    {
        (_session, _log) = (session, log);
        Judge = new ValidationJudge(session.Run.Stop, session.Corpora.ToDictionary(c => c.Name, c => c.Kind));
        _advisor = new Advisor(session.Corpora.Select(c => new CorpusFacts(c.Name, c.Kind.Name())));
    }

    public ValidationJudge Judge { get; }

    /// <summary>
    /// Steps of the state that questions and benchmarks were last asked of as the one that is saved; -1 before.
    /// </summary>
    public long ClosedAt { get; set; } = -1;

    /// <summary>A validation's figures as metrics.jsonl gives them back.</summary>
    public static ValidationRound RoundOf(long step, IReadOnlyList<CorpusFigures> figures) => new(
        step, [.. figures.Select(c => new ValidatedCorpus(
            c.Corpus, c.Loss, c.CrossEntropy, c.KlDivergence + c.KlGap))]);

    /// <summary>The checkpoint of the best validation that an unfinished run has had; null where none is.</summary>
    /// <param name="whole">The checkpoints that it has.</param>
    public static Checkpoint? BestSoFar(RunConfig run, IReadOnlyList<Checkpoint> whole)
    {
        if (MetricsLog.OfFile(RunDirectory.Open(run.Output).MetricsPath) is not { } log)
            return null;
        IReadOnlyList<ValidationRound> rounds = ValidationRound.Of(log);
        var judge = ValidationJudge.Of(run.Stop, run.Data.Corpora.ToDictionary(c => c.Name, c => c.Kind), rounds);
        judge.Restrict(rounds, whole);
        return whole.FirstOrDefault(c => c.Step == judge.Best?.Step);
    }

    /// <summary>Takes in what was before a run goes on, so that it sees what it would have seen.</summary>
    /// <param name="log">metrics.jsonl, cut back to where the run goes on.</param>
    /// <param name="step">Steps that were finished there.</param>
    public void Replay(MetricsLog log, long step)
    {
        IReadOnlyList<ValidationRound> rounds = ValidationRound.Of(log);
        foreach (ValidationRound round in rounds)
            Judge.Add(round);
        Metric[] asked = [Metric.ExactMatch, Metric.Benchmark];
        if (step > 0 && asked.SelectMany(m => MetricsLog.Of(log.Validation, m)).Any(s => s.Points[^1].X == step))
            ClosedAt = step;
        SayPlan(_ => { });
        _advisor.Replay(log);
        RunConfig run = _session.Run;
        if (!run.Checkpoint.KeepsBest)
            return;
        if (Judge.Restrict(rounds, CheckpointStore.All(run.Output).Whole) is { } lost)
        {
            string now = Judge.Best is { } best ? $"that after step {best.Step:N0}" : "none yet";
            _log.Aside(
                $"the best validation, after step {lost.Step:N0}, has no whole checkpoint any more: the best is {now}");
        }

        if (rounds.Count == 0 && step > 0)
        {
            _log.Aside(
                $"no validation up to step {step:N0} is in metrics.jsonl: the best is chosen of those that follow");
        }
    }

    /// <summary>Says what the plan alone shows, and keeps what was said so far.</summary>
    public void Begin()
    {
        SayPlan(_log.Advise);
        Keep();
    }

    public void Step(MetricsLine line) => _advisor.Step(line.ByCorpus(Metric.CrossEntropy));

    /// <summary>Says what a validation shows.</summary>
    public void Advise(ValidationRound round)
    {
        IReadOnlyList<Advice> said = _advisor.Validation(round);
        foreach (Advice advice in said)
            _log.Advise(advice);
        if (said.Count > 0)
            Keep();
    }

    /// <summary>The validation whose state is exported.</summary>
    /// <exception cref="RunFailedException">There is none.</exception>
    public Judged RequireBest() => Judge.Best ?? throw new RunFailedException(
        $"{_session.Run.Output}: {CheckpointKeys.Export.Path}: expected a validation within "
        + $"{StopKeys.MaxGeneralKl.Path}, or after the first step, got none to export. Export the last state instead: "
        + $"{Resume} --set {CheckpointKeys.Export.Path}=last");

    /// <summary>The checkpoint of the validation that is exported.</summary>
    /// <exception cref="RunFailedException">It is gone, or damaged.</exception>
    public Checkpoint CheckpointOf(Judged best) =>
        CheckpointStore.All(_session.Run.Output).Whole.FirstOrDefault(c => c.Step == best.Step)
        ?? throw new RunFailedException(
            $"{_session.Run.Output}: {CheckpointKeys.Export.Path}: expected the checkpoint of step {best.Step:N0}, "
            + $"that of the best validation, got none that is whole. Put it back, and go on: {Resume}");

    private string Resume => ProgramCommand.With($"train --resume {ShownPath.Of(_session.Run.Output)}");

    /// <summary>How often corpora come round: known before the first step.</summary>
    private void SayPlan(Action<Advice> say)
    {
        TrainingOrder order = _session.Order;
        foreach ((Corpus corpus, int index) in _session.Corpora.Select((c, i) => (c, i)))
        {
            double seen = order.RowsPerEpochOf(index) * ((double)order.TotalRows / order.RowsPerEpoch);
            foreach (Advice advice in _advisor.Plan(corpus.Name, corpus.Train.Rows, seen))
                say(advice);
        }
    }

    private void Keep()
    {
        if (_advisor.Said.Count > 0 || RunFacts.HasAdvice(_session.Run.Output))
            RunFacts.Write(_session.Run.Output, _advisor.Said);
    }
}
