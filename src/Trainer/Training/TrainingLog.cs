using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Training;
using MolEngine.Evaluation;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Kernels.Ops;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Training;

/// <summary>What a run tells: lines for people, and the same figures for programs in metrics.jsonl.</summary>
/// <param name="display">Shown the lines; not disposed of here.</param>
/// <param name="resumedAfter">Steps that an earlier process had finished; null in a new run.</param>
internal sealed class TrainingLog(IRunDisplay display, RunDirectory directory, long? resumedAfter) : IDisposable
{
    private readonly MetricsRecorder _metrics = new(directory, resumedAfter);
    private TimeSpan _trained;
    private long _steps;

    /// <summary>
    /// Tells before the first step what will be trained, on what, for how long, with how much memory, and what of it
    /// is odd.
    /// </summary>
    /// <param name="from">The checkpoint that the run goes on from, or null.</param>
    public void Plan(TrainingSession s, Checkpoint? from)
    {
        RunConfig run = s.Run;
        string model = $"{NamedInputs.Shown(run.Model)} ({s.Model.Config.Architecture})";
        string trainable = Counts.Of(s.Model.TrainableParameters, "trainable parameter");
        Note($"model      {model}, {trainable} ({Lower(run.Method)})");
        IEnumerable<string> prompting = RunPrompting.Notes(s.Prompting, run, s.Model.Tokenizer);
        foreach (string note in s.Model.Notes.Concat(prompting))
            Note($"           {note}");
        Note($"device     {s.Ops.Description}");
        foreach (string line in DataPlan.Lines(s.Data))
            Note($"data       {line}");
        Note($"loss       {LossWords.Of(run.Loss)}");
        foreach (CorpusSettings c in run.Data.Corpora.Where(c => c.Losses is not null))
            Note($"           {c.Name}: {LossWords.Of(c.Losses!.Value)}");
        if (run.Base is not null && s.Model.Base is not null)
            Note($"base       {NamedInputs.Shown(run.Base)}");
        TrainingOrder o = s.Order;
        Note($"plan       {DataPlan.Steps(o)}");
        Note($"memory     {s.TensorBytes / 1048576.0:N0} MiB of weights, gradients, optimizer states and activations");
        if (s.OffloadedBytes > 0)
            Note($"           {s.OffloadedBytes / 1048576.0:N0} MiB of the host's for the optimizer");
        if (s.LayersAgain is { } again)
            Note($"recompute  {again}");
        if (s.Cache is { } cache)
            Note($"base cache {Counts.Of(cache.Rows, "row")}, {ShownSize.Of(cache.Bytes)}, in {BaseCacheFile.Folder}");
        if (from is not null)
            Note($"resumed    after step {from.Step:N0}, from {from.Folder}");
        foreach (string line in PlanCheck.Oddities(s))
            Aside(line);
    }

    /// <inheritdoc cref="IRunDisplay.Doing(string?, Share?)"/>
    public void Doing(string? what) => display.Doing(what);

    /// <inheritdoc cref="IRunDisplay.Doing(string, string)"/>
    public Action<long, long> Doing(string what, string unit) => display.Doing(what, unit);

    /// <summary>Which questions are asked, and how many of them are no test as they are trained on.</summary>
    /// <param name="questions">Null where none are.</param>
    public void Asking(QuestionSettings? settings, QuestionRound? questions)
    {
        if (settings is null || questions is null)
            return;
        string file = ShownPath.Of(settings.File.Paths[0]);
        string most = Counts.Of(settings.MaxTokens, "token");
        Note($"questions  {questions.Asked:N0} from {file}, answers of at most {most}");
        if (questions.InTraining > 0)
            Note($"           {questions.InTraining:N0} of them {QuestionTable.AreTrainedOn(questions.InTraining)}");
    }

    /// <summary>Which benchmarks are asked.</summary>
    /// <param name="benchmarks">Null where none are.</param>
    public void Asking(BenchmarkRound? benchmarks)
    {
        string name = "eval";
        foreach ((string task, int items) in benchmarks?.Tasks ?? [])
        {
            Note($"{name,-10} {task}, {Counts.Of(items, "item")}");
            name = "";
        }
    }

    /// <summary>What a GPU's memory was for when most of it was held.</summary>
    /// <param name="most">Null without a GPU.</param>
    public void MostMemory(DeviceMemoryUse? most)
    {
        if (most is null)
            return;
        Note($"memory     {ShownSize.Of(most.Bytes)} of the GPU at most:");
        foreach ((string what, long bytes) in most.Parts)
            Note($"           {ShownSize.Of(bytes),10}  {what}");
    }

    /// <summary>Something that went otherwise than it should, and hinders nothing.</summary>
    public void Aside(string text) => Note($"note       {text}");

    /// <summary>What the run says of itself.</summary>
    public void Advise(Advice advice) => Note($"advice     {advice.Text}");

    /// <summary>Why the run goes no further.</summary>
    public void StoppedEarly(string why) => Note($"stopped    early: {why}");

    /// <summary>Which state is saved, and what it is worth.</summary>
    /// <param name="words">As <see cref="ValidationJudge.Worth"/> has it.</param>
    public void Exporting(string words) => Note($"exported   {words}");

    /// <summary>How often the base was computed, where it need not be.</summary>
    public void BaseRows(BaseCache? cache)
    {
        if (cache is not null)
        {
            Note($"base cache {cache.RowsRead:N0} of {Counts.Of(cache.RowsRead + cache.RowsComputed, "row")} read, "
                + $"{ShownSize.Of(cache.Bytes)} of the disk");
        }
    }

    public void Stopped(long step, string directory)
    {
        string command = ProgramCommand.With($"train --resume {ShownPath.Of(directory)}");
        if (step == 0)
            Note($"stopped    before the first step was finished. To start again: {command}");
        else
            Note($"stopped    after step {step:N0}, which is saved. To go on: {command}");
    }

    /// <param name="rows">Which rows the step saw.</param>
    /// <param name="batch">Their tokens, in the same order.</param>
    /// <param name="parts">Gradient norms of domain and general rows apart, where they were taken.</param>
    /// <returns>What was written of the step.</returns>
    public MetricsLine Step(
        long step, TrainingSession s, RowId[] rows, TokenRow[] batch, UpdateFigures figures,
        (double Domain, double General)? parts, TimeSpan time)
    {
        _trained += time;
        _steps++;
        long tokens = batch.Sum(r => (long)r.Tokens.Length);
        double rate = tokens / time.TotalSeconds;
        bool hasBase = s.HasBaseLoss;
        long? deviceMemory = s.Ops.MemoryUse?.Now.Bytes;
        var byCorpus = new List<(string Name, double Loss, double Ce, double? Kl, double? Forward)>();
        foreach (int corpus in rows.Select(r => r.Corpus).Distinct().Order())
        {
            RowFigures[] own = [.. figures.Rows.Where((r, i) => rows[i].Corpus == corpus && r.EffectiveTokens > 0)];
            if (own.Length == 0)
                continue;
            double? kl = hasBase ? own.Average(r => r.KlDivergence) : null;
            double? forward = hasBase ? own.Average(r => r.ForwardKl) : null;
            TokenWeights losses = s.LossesOf(s.Corpora[corpus]);
            byCorpus.Add((
                s.Corpora[corpus].Name, own.Average(r => losses.Of(r.GatedCe, r.HeldKl)),
                own.Average(r => r.CrossEntropy), kl, forward));
        }

        MetricsLine line = MetricsLine.OfStep(step)
            .Add(Metric.Epoch, (double)Math.Min(s.Order.FirstPosition(step), s.Order.TotalRows) / s.Order.RowsPerEpoch)
            .Add(Metric.Loss, figures.Loss)
            .Add(Metric.CorpusLoss, byCorpus.Select(c => (c.Name, c.Loss)))
            .Add(Metric.CrossEntropy, byCorpus.Select(c => (c.Name, c.Ce)));
        if (hasBase)
        {
            line.Add(Metric.KlDivergence, byCorpus.Select(c => (c.Name, c.Kl!.Value)));
            line.Add(Metric.ForwardKl, byCorpus.Select(c => (c.Name, c.Forward!.Value)));
            line.Add(Metric.TailMass, figures.Rows.Where(r => r.EffectiveTokens > 0).Average(r => r.TailMass));
        }

        int empty = figures.Rows.Count(r => r.EffectiveTokens == 0);
        if (empty > 0)
        {
            string have = empty == 1 ? "has" : "have";
            string all = Counts.Of(rows.Length, "row");
            Note($"  step {step}: {empty:N0} of {all} {have} no token to predict and added nothing");
        }

        line.Add(Metric.GradNorm, figures.GradientNorm);
        if (parts is { } p)
            line.Add(Metric.GradNormDomain, p.Domain).Add(Metric.GradNormGeneral, p.General);
        line.Add(Metric.LearningRate, figures.LearningRate)
            .Add(Metric.Tokens, tokens)
            .Add(Metric.TokensPerSecond, rate)
            .Add(Metric.Rows, rows.Length)
            .Add(Metric.EmptyRows, empty)
            .Add(Metric.MemoryBytes, s.Joint.MemoryBytes);
        if (deviceMemory is { } held)
            line.Add(Metric.DeviceMemoryBytes, held);
        _metrics.Write(line);
        display.Step(new StepProgress(line, s.Order.Steps, _trained / _steps * (s.Order.Steps - step)));
        return line;
    }

    /// <param name="corpora">Empty where no held-out documents were read.</param>
    /// <param name="questions">Null where none were asked.</param>
    /// <param name="benchmarks">Empty where none were asked.</param>
    public void Validation(
        long step, IReadOnlyList<CorpusFigures> corpora, QuestionScore? questions,
        IReadOnlyList<(string Task, Estimate Score)> benchmarks)
    {
        if (corpora.Count == 0 && questions is null && benchmarks.Count == 0)
            return;
        display.Validation(
            step, [.. corpora.Select(c => (c.Corpus, c.Documents, c.CrossEntropy, c.KlDivergence + c.KlGap))]);
        MetricsLine line = MetricsLine.OfValidation(step);
        if (corpora.Count > 0)
        {
            line.Add(Metric.CorpusLoss, corpora.Select(c => (c.Corpus, c.Loss)));
            line.Add(Metric.CrossEntropy, corpora.Select(c => (c.Corpus, c.CrossEntropy)));
        }

        if (corpora.Count > 0 && corpora.All(c => c.KlDivergence is not null))
        {
            line.Add(Metric.KlDivergence, corpora.Select(c => (c.Corpus, c.KlDivergence!.Value)))
                .Add(Metric.ForwardKl, corpora.Select(c => (c.Corpus, c.ForwardKl!.Value)))
                .Add(Metric.KlGap, corpora.Select(c => (c.Corpus, c.KlGap!.Value)))
                .Add(Metric.ForwardKlGap, corpora.Select(c => (c.Corpus, c.ForwardGap!.Value)));
        }

        if (questions is not null)
        {
            display.Questions(step, questions);
            line.Add(Metric.ExactMatch, questions.ExactMatch);
        }

        if (benchmarks.Count > 0)
            line.Add(Metric.Benchmark, benchmarks.Select(b => (b.Task, b.Score.Value)));
        foreach ((string task, Estimate e) in benchmarks)
        {
            string interval = $"{e.Low:F4} .. {e.High:F4}";
            Note($"  {task} at step {step}: {e.Score} {e.Value:F4} ({interval}, n {Counts.Of(e.Items)})");
        }

        _metrics.Write(line);
    }

    /// <inheritdoc cref="RunClosing.Tell" path="/summary|/param"/>
    public void Tell(RunConfig run, string saved) => RunClosing.Tell(display, run, saved);

    /// <summary>Waits until all figures are on the disk.</summary>
    public void Flush() => _metrics.Flush();

    public void Dispose() => _metrics.Dispose();

    private void Note(string line) => display.Note(line);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
