using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Prompts;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>
/// A question whose answer is the most probable choice (<c>multiple_choice</c> of lm-evaluation-harness): acc takes the
/// largest log-likelihood, acc_norm that by the choice's characters, acc_bytes by its bytes; of equals the first. With
/// <see cref="Likelihood.WholeText"/> it is the choice whose whole text has the least mean cross-entropy over all its
/// tokens (OpenCompass's <c>get_ppl</c>).
/// </summary>
public sealed class ChoiceItem : AskedItem
{
    private readonly EvalTask _task;
    private readonly IReadOnlyList<string> _choices;
    private readonly TokenPair[] _pairs;

    /// <exception cref="UserException">A choice has no token of its own.</exception>
    public ChoiceItem(ILanguageModel model, EvalTask task, ItemKey key, TaskDocument document, TaskPrompt prompt)
        : base(key, document)
    {
        _task = task;
        _choices = PromptWriter.Choices(task, document);
        _pairs = task.Likelihood == Likelihood.WholeText
            ? [.. _choices.Select(c => WholeText.Of(model, prompt.Text + prompt.Delimiter + c, prompt.IsChat))]
            : [.. _choices.Select(c => TokenPair.Of(model, prompt.Text, prompt.Delimiter + c, prompt.IsChat))];
    }

    public override int Cut => _pairs.Max(p => p.Cut);

    public override IReadOnlyList<ScoringRequest> Scorings => [.. _pairs.Select(p => p.Request)];

    public override ItemResult Scored(IReadOnlyList<ContinuationScore> scores)
    {
        double[] measures = [.. scores.Select((s, i) => _task.Likelihood == Likelihood.WholeText
            ? s.LogLikelihood / WholeText.Tokens(_pairs[i])
            : s.LogLikelihood)];
        int right = Document.Right!.Value;
        Observation[] observed = [.. _task.Scores.Select(name => new Observation(
            name, Chosen(name, measures) == right ? 1 : 0))];
        var shown = new JsonObject
        {
            ["prompt"] = _pairs[0].Prompt,
            ["continuations"] = Array(_pairs.Select(p => JsonValue.Create(p.Continuation))),
            ["log_likelihoods"] = Array(scores.Select(s => JsonValue.Create(s.LogLikelihood))),
            ["greedy"] = Array(scores.Select(s => JsonValue.Create(s.IsGreedy))),
            ["context_tokens"] = Array(_pairs.Select(p => JsonValue.Create(p.Request.Context.Length))),
            ["continuation_tokens"] = Array(_pairs.Select(p => JsonValue.Create(p.Request.Continuation.Length))),
            ["chosen"] = _choices[Chosen(_task.Scores[0], measures)],
            ["right"] = _choices[right],
            ["right_choice"] = right,
        };
        if (Cut > 0)
            shown["cut_tokens"] = Cut;
        return new ItemResult(Key, observed, shown);
    }

    private int Chosen(string score, double[] measures)
    {
        int best = 0;
        for (int i = 1; i < measures.Length; i++)
            best = Measure(i) > Measure(best) ? i : best;
        return best;

        double Measure(int i) => score switch
        {
            ScoreNames.ByCharacters => measures[i] / Characters(_choices[i]),
            ScoreNames.ByBytes => measures[i] / Encoding.UTF8.GetByteCount(_choices[i]),
            _ => measures[i],
        };
    }

    /// <summary>Code points, as Python counts characters.</summary>
    private static int Characters(string text) => text.EnumerateRunes().Count();

    private static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);
}
