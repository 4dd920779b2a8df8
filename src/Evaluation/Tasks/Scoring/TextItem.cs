using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>
/// A text whose perplexity is measured (<c>loglikelihood_rolling</c> of lm-evaluation-harness): every token is
/// predicted once, in windows of the model's context; a window after the first sees at least one token before it.
/// </summary>
public sealed partial class TextItem : AskedItem
{
    private readonly EvalTask _task;
    private readonly string _text;
    private readonly List<ScoringRequest> _windows = [];

    /// <exception cref="UserException">The text is empty.</exception>
    public TextItem(ILanguageModel model, EvalTask task, ItemKey key, TaskDocument document, string text)
        : base(key, document)
    {
        (_task, _text) = (task, text);
        int[] ids = model.Encode(text);
        if (ids.Length == 0)
            throw new UserException($"{document.Place}: {task.Id}: expected a text, got an empty one");
        int limit = model.ContextLimit;
        int first = Math.Min(limit, ids.Length);
        _windows.Add(new ScoringRequest([model.StartId], ids[..first]));
        for (int done = first; done < ids.Length;)
        {
            int end = Math.Min(done + limit, ids.Length);

            // A window is as long as the context: what its own text leaves of that is text that was read before.
            _windows.Add(new ScoringRequest(ids[(end - limit - 1)..done], ids[done..end]));
            done = end;
        }
    }

    public override int Cut => 0;

    public override IReadOnlyList<ScoringRequest> Scorings => _windows;

    public override ItemResult Scored(IReadOnlyList<ContinuationScore> scores)
    {
        double sum = scores.Sum(s => s.LogLikelihood);
        int words = Blanks().Split(_text).Length, bytes = Encoding.UTF8.GetByteCount(_text);
        Observation[] observed = [.. _task.Scores.Select(name => new Observation(
            name, sum, name == ScoreNames.WordPerplexity ? words : bytes))];
        var shown = new JsonObject
        {
            ["text"] = _text,
            ["log_likelihood"] = sum,
            ["tokens"] = _windows.Sum(w => w.Continuation.Length),
            ["windows"] = _windows.Count,
            ["words"] = words,
            ["bytes"] = bytes,
        };
        return new ItemResult(Key, observed, shown);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
