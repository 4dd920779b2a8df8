using MolEngine.Basics.Text;
using MolEngine.Engine.Batches;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>A validation as it is judged.</summary>
/// <param name="Step">Steps that were finished.</param>
/// <param name="Figure">By the run's validate.metric; the lower, the better.</param>
internal readonly record struct Judged(long Step, double Figure);

/// <summary>
/// Judges the validations of a run: which is the best, and whether the run is to stop. What the model was before the
/// first step is no candidate. It follows from the figures alone: a run that goes on gives it what metrics.jsonl has.
/// </summary>
/// <param name="kinds">Of the corpora by name.</param>
internal sealed class ValidationJudge(StopSettings settings, IReadOnlyDictionary<string, CorpusKind> kinds)
{
    private readonly List<Judged> _since = [];
    private double _lowest = double.PositiveInfinity;

    /// <summary>What the model started as; null where that was not validated.</summary>
    public Judged? Start { get; private set; }

    /// <summary>The lowest figure, of those within the limit of general text; null before there is one.</summary>
    public Judged? Best { get; private set; }

    /// <summary>The newest.</summary>
    public Judged? Last { get; private set; }

    /// <summary>Why the run is to stop, in words; null where it goes on.</summary>
    public string? Stop { get; private set; }

    /// <summary>What the figure is, in words.</summary>
    private string Name => settings.Metric switch
    {
        ValidationMetric.DomainCe => "validation CE of domain text",
        ValidationMetric.Ce => "validation CE",
        _ => "validation loss",
    };

    /// <summary>A judge that has taken these.</summary>
    /// <inheritdoc cref="ValidationJudge" path="/param"/>
    public static ValidationJudge Of(
        StopSettings settings, IReadOnlyDictionary<string, CorpusKind> kinds, IEnumerable<ValidationRound> rounds)
    {
        var judge = new ValidationJudge(settings, kinds);
        foreach (ValidationRound round in rounds)
            judge.Add(round);
        return judge;
    }

    /// <summary>Takes a validation.</summary>
    public void Add(ValidationRound round)
    {
        if (FigureOf(round) is not { } figure || !double.IsFinite(figure))
            return;
        var now = new Judged(round.Step, figure);
        if (round.Step == 0)
        {
            Start = now;
            return;
        }

        Last = now;
        if (TooFar(round) is { } far)
        {
            Stop ??= far;
            return;
        }

        // As transformers' EarlyStoppingCallback: the best is the lowest, what counts is lower by a margin.
        _since.Add(now);
        if (figure < _lowest - settings.MinChange)
            _since.Clear();
        _lowest = Math.Min(_lowest, figure);
        if (Best is not { } best || figure < best.Figure)
            Best = now;
        if (settings.Patience is { } patience && _since.Count >= patience)
            Stop ??= Patient(patience);
    }

    /// <summary>
    /// Makes the best one of those that have a checkpoint: of a run that went back, or whose folder was changed, the
    /// others can be had no more.
    /// </summary>
    /// <param name="rounds">All that were taken.</param>
    /// <returns>The one that was the best, where it is not any more; else null.</returns>
    public Judged? Restrict(IReadOnlyList<ValidationRound> rounds, IReadOnlyList<Checkpoint> checkpoints)
    {
        if (Best is not { } best || checkpoints.Any(c => c.Step == best.Step))
            return null;
        IEnumerable<ValidationRound> kept = rounds.Where(r => checkpoints.Any(c => c.Step == r.Step));
        Best = Of(settings with { Patience = null }, kinds, kept).Best;
        return best;
    }

    /// <summary>What a state is worth against the last one, and the first where that was as good.</summary>
    public string Worth(Judged state)
    {
        string against = Last is { } last && last.Step != state.Step
            ? $"against {Numbers.Value(last.Figure)} after step {last.Step:N0}"
            : "the last one";
        string worse = Start is { } start && start.Figure <= state.Figure
            ? $"; the model before the first step had {Numbers.Value(start.Figure)}, and no state is better"
            : "";
        return $"the state after step {state.Step:N0}: {Name} {Numbers.Value(state.Figure)}, {against}{worse}";
    }

    private double? FigureOf(ValidationRound round)
    {
        double[] figures = settings.Metric switch
        {
            ValidationMetric.Loss => [.. round.Corpora.Select(c => c.Loss)],
            ValidationMetric.Ce => [.. round.Corpora.Select(c => c.CrossEntropy)],
            _ => [.. round.Corpora.Where(c => KindOf(c) == CorpusKind.Domain).Select(c => c.CrossEntropy)],
        };
        return figures.Length == 0 ? null : figures.Average();
    }

    private string? TooFar(ValidationRound round)
    {
        ValidatedCorpus? far = settings.MaxGeneralKl is { } most
            ? round.Corpora.FirstOrDefault(c => KindOf(c) == CorpusKind.General && c.KlDivergence > most)
            : null;
        return far is null ? null
            : $"after step {round.Step:N0} {far.Name} is {Numbers.Kl(far.KlDivergence!.Value)} nats per token from the "
                + $"base, above {StopKeys.MaxGeneralKl.Path} ({Numbers.Value(settings.MaxGeneralKl!.Value)})";
    }

    private string Patient(int patience)
    {
        string margin = settings.MinChange > 0
            ? $" by more than {StopKeys.MinChange.Path} ({Numbers.Value(settings.MinChange)})"
            : "";
        string last = string.Join(", ", _since.TakeLast(3).Select(j => Numbers.Value(j.Figure)));
        return $"after step {Last!.Value.Step:N0} {Name} has not fallen{margin} for "
            + $"{Counts.Of(patience, "validation")} ({(_since.Count > 3 ? "..., " : "")}{last}; lowest "
            + $"{Numbers.Value(Best!.Value.Figure)} after step {Best.Value.Step:N0}; {StopKeys.Patience.Path} "
            + $"{patience})";
    }

    private CorpusKind? KindOf(ValidatedCorpus corpus) =>
        kinds.TryGetValue(corpus.Name, out CorpusKind kind) ? kind : null;
}
