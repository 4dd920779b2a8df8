using MolEngine.Engine.Training;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Harness;

/// <summary>Asks a task: what is not in the log yet, in the order of its items.</summary>
/// <param name="progress">Told how many answers are scored, and of how many.</param>
public sealed class TaskRun(
    ILanguageModel model, PreparedTask task, AnswerJudge judge, ResultLog log, Action<long, long>? progress = null)
{
    /// <summary>Items whose prompts are in memory at once.</summary>
    private const int ItemsScored = 16, ItemsWritten = 1024;

    /// <summary>Answers whose prompts were cut, and the tokens that were cut of them.</summary>
    public (int Answers, long Tokens) Cut { get; private set; }

    /// <summary>Scores everything; what was scored before an exception is in the log.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserException">A prompt cannot be written or scored.</exception>
    public void Run(CancellationToken cancel)
    {
        int chunk = task.Task.Kind == TaskKind.GenerateMatch ? ItemsWritten : ItemsScored;
        try
        {
            foreach (AskedItem[] items in task.Ask(model, judge, k => !log.Scores.ContainsKey(k)).Chunk(chunk))
            {
                cancel.ThrowIfCancellationRequested();
                Count(items);
                if (items[0].Writing is null)
                    Score(items, cancel);
                else
                    Write(items, cancel);
                log.Flush();
            }
        }
        finally
        {
            log.Flush();
        }
    }

    private void Count(AskedItem[] items)
    {
        AskedItem[] cut = [.. items.Where(i => i.Cut > 0)];
        Cut = (Cut.Answers + cut.Length, Cut.Tokens + cut.Sum(i => (long)i.Cut));
    }

    private void Score(AskedItem[] items, CancellationToken cancel)
    {
        var requests = new List<ScoringRequest>();
        var owners = new List<(int Item, int Place)>();
        ContinuationScore?[][] scores = [.. items.Select(i => new ContinuationScore?[i.Scorings.Count])];
        for (int i = 0; i < items.Length; i++)
        {
            for (int j = 0; j < scores[i].Length; j++)
            {
                requests.Add(items[i].Scorings[j]);
                owners.Add((i, j));
            }
        }

        model.Score(
            requests,
            (at, score) =>
            {
                (int item, int place) = owners[at];
                scores[item][place] = Finite(score, items[item]);
                if (Array.TrueForAll(scores[item], s => s is not null))
                    Add(items[item], items[item].Scored([.. scores[item].OfType<ContinuationScore>()]));
            },
            cancel);
    }

    private void Write(AskedItem[] items, CancellationToken cancel) => model.Write(
        [.. items.Select(i => i.Writing!)], (at, text) => Add(items[at], items[at].Judged(text)), cancel);

    private void Add(AskedItem item, ItemResult result)
    {
        log.Add(result, item.Document.Place);
        progress?.Invoke(log.Scores.Count, task.Answers);
    }

    private static ContinuationScore Finite(ContinuationScore score, AskedItem item) =>
        double.IsFinite(score.LogLikelihood) ? score : throw new NonFiniteException(
            $"{item.Document.Place}: a log-likelihood is {score.LogLikelihood}: expected a finite number. The model's "
                + "weights or the adapter are broken.");
}
