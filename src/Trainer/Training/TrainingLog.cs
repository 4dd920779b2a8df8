using System.Globalization;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;
using MolEngine.Trainer.Reporting;

namespace MolEngine.Trainer.Training;

/// <summary>What a run tells: lines for people, and the same figures for programs in metrics.jsonl.</summary>
internal sealed class TrainingLog(TextWriter output, RunDirectory directory) : IDisposable
{
    private readonly ProgressPrinter _printer = new(output);
    private readonly MetricsWriter _metrics = new(directory.MetricsPath);
    private TimeSpan _trained;

    /// <summary>Before the first step: what will be trained, on what, for how long, with how much memory.</summary>
    public void Plan(
        RunConfig run, Ops ops, RunModel model, IReadOnlyList<Corpus> corpora, TrainingOrder order, long bytes)
    {
        Note($"model      {Shown(run.Model)} ({model.Config.Architecture}), {model.TrainableParameters:N0} trainable parameters ({Lower(run.Method)})");
        Note($"device     {ops.Description}");
        foreach (Corpus c in corpora)
        {
            string kind = c.General ? "general" : "domain";
            Note($"corpus     {c.Name} ({kind}): {c.Train.Documents:N0} documents, {c.Train.Tokens:N0} tokens, {c.Train.Rows:N0} rows of {run.Data.Context:N0} ({c.Train.Efficiency:P1} full); {c.HeldOut.Documents:N0} held out");
        }

        string ratio = double.IsNaN(order.AchievedRatio) ? "no domain text" : $"{order.AchievedRatio:0.###} general rows for each domain row";
        Note($"loss       {Lower(run.Loss.Kind)}{(run.Loss.Kind == LossKind.Mol ? $", alpha {run.Loss.Alpha}" : "")}{(run.Loss.Kind == LossKind.Ce ? "" : $", top {run.Loss.TopN}")}; {ratio}");
        Note($"plan       {order.Steps:N0} steps of {run.GlobalBatch} rows ({order.Epochs:0.###} epochs of {order.RowsPerEpoch:N0} rows), {bytes / 1048576.0:N0} MiB of tensors");
    }

    public void Step(
        long step, TrainingOrder order, IReadOnlyList<Corpus> corpora, PackedRow[] rows, UpdateFigures figures, bool hasBase,
        TimeSpan time)
    {
        _trained += time;
        double rate = rows.Sum(r => r.Tokens.Length) / time.TotalSeconds;
        var byCorpus = new List<(string Name, double Ce, double? Kl)>();
        foreach (int corpus in rows.Select(r => r.Corpus).Distinct().Order())
        {
            RowFigures[] own = [.. figures.Rows.Where((r, i) => rows[i].Corpus == corpus && r.EffectiveTokens > 0)];
            if (own.Length > 0)
                byCorpus.Add((corpora[corpus].Name, own.Average(r => r.CrossEntropy), hasBase ? own.Average(r => r.KlDivergence) : null));
        }

        _printer.Step(new StepProgress(
            step, order.Steps, figures.Loss, byCorpus, figures.GradientNorm, figures.LearningRate, rate,
            _trained / step * (order.Steps - step)));
        MetricsLine line = new MetricsLine()
            .Add("step", step)
            .Add("epoch", (double)Math.Min(order.FirstPosition(step), order.TotalRows) / order.RowsPerEpoch)
            .Add("loss", figures.Loss)
            .Add("ce", byCorpus.Select(c => KeyValuePair.Create(c.Name, c.Ce)));
        if (hasBase)
            line.Add("kl", byCorpus.Select(c => KeyValuePair.Create(c.Name, c.Kl!.Value)));
        int empty = figures.Rows.Count(r => r.EffectiveTokens == 0);
        if (empty > 0)
            Note($"  step {step}: {empty} of {rows.Length} rows have no token to predict and added nothing");
        _metrics.Write(line
            .Add("grad_norm", figures.GradientNorm)
            .Add("learning_rate", figures.LearningRate)
            .Add("tokens", (long)rows.Sum(r => r.Tokens.Length))
            .Add("tokens_per_second", rate)
            .Add("rows", (long)rows.Length)
            .Add("empty_rows", (long)empty));
    }

    public void Validation(long step, IReadOnlyList<CorpusFigures> corpora)
    {
        if (corpora.Count == 0)
            return;
        _printer.Validation(step, [.. corpora.Select(c => (c.Corpus, c.Documents, c.CrossEntropy, c.KlDivergence))]);
        MetricsLine line = new MetricsLine().Add("step", step).Add("validation", true)
            .Add("ce", corpora.Select(c => KeyValuePair.Create(c.Corpus, c.CrossEntropy)));
        if (corpora.All(c => c.KlDivergence is not null))
            line.Add("kl", corpora.Select(c => KeyValuePair.Create(c.Corpus, c.KlDivergence!.Value)));
        _metrics.Write(line);
    }

    /// <summary>What was learned and what was kept: the held-out figures before the first step and after the last.</summary>
    public void Summary(IReadOnlyList<CorpusFigures> before, IReadOnlyList<CorpusFigures> after)
    {
        if (after.Count > 0)
            _printer.Summary([.. before.Zip(after, (b, a) => new CorpusChange(a.Corpus, a.General, b.CrossEntropy, a.CrossEntropy, a.KlDivergence))]);
    }

    /// <summary>Where the result is, and the command that lets it speak.</summary>
    public void Done(RunConfig run, string saved)
    {
        string here = Shown(saved);
        Note($"saved      {here}");
        if (run.Method == TrainingMethod.Full)
            Note($"try        molengine generate {here} --prompt \"...\"");
        else if (run.Init.Kind == InitKind.Pretrained)
            Note($"try        molengine generate {Shown(run.Model)} --adapter {here} --prompt \"...\"");
    }

    /// <summary>A path as a person here would type it.</summary>
    private static string Shown(string path)
    {
        string relative = Path.GetRelativePath(".", path);
        string shorter = relative.Length < path.Length ? relative : path;
        return shorter.Contains(' ') ? $"\"{shorter}\"" : shorter;
    }

    public void Dispose() => _metrics.Dispose();

    private void Note(FormattableString line) => _printer.Note(line.ToString(CultureInfo.InvariantCulture));

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
