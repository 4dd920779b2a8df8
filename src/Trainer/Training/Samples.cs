using MolEngine.Data;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Training;

/// <summary>Greedy continuations of held-out documents, in turn from every corpus.</summary>
internal static class Samples
{
    private const int PromptTokens = 24;
    private const int AnswerTokens = 48;

    /// <summary>Samples that are written at a time.</summary>
    private const int Rows = 8;

    /// <summary>Of prompt and answer.</summary>
    public const int MostTokens = PromptTokens + AnswerTokens;

    /// <param name="progress">Told how many samples are made, and of how many.</param>
    public static IReadOnlyList<TextSample> Of(
        TrainingSession s, CancellationToken cancel, Action<long, long>? progress = null)
    {
        int[][] prompts = [.. Prompts(s.Corpora, s.Run.Samples)];
        if (prompts.Length == 0)
            return [];
        int all = s.Model.Base is null ? prompts.Length : 2 * prompts.Length, done = 0;
        using GenerationBatch batch = Batch(s);
        GenerationRow[] after = [.. prompts.Select(p => Asked(p, s.Model.Student.Weights))];
        GenerationRow[]? before = s.Model.Base is { } known ? [.. prompts.Select(p => Asked(p, known))] : null;
        while (!batch.IsIdle)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (GeneratedToken token in batch.Step())
            {
                if (token.Row.Stop is not null)
                    progress?.Invoke(++done, all);
            }
        }

        return
        [
            .. prompts.Select((p, i) => new TextSample(
                s.Model.Tokenizer.Decode(p, skipSpecialTokens: false), before is null ? null : Text(before[i]),
                Text(after[i]))),
        ];

        GenerationRow Asked(int[] prompt, TransformerWeights weights) =>
            batch.Add(new GenerationRequest(prompt, AnswerTokens) { StopIds = s.Stops, Weights = weights });

        string Text(GenerationRow row) => s.Model.Tokenizer.Decode([.. row.Ids], skipSpecialTokens: true);
    }

    /// <summary>The batch that samples are written in.</summary>
    public static GenerationBatch Batch(TrainingSession s) => new(
        s.Ops, s.Model.Config, s.Model.Student.Weights, Rows,
        Rows * PagedLayout.PagesOf(MostTokens) * PagedLayout.PageTokens, MostTokens);

    private static IEnumerable<int[]> Prompts(IReadOnlyList<Corpus> corpora, int count)
    {
        PackedCorpus[] held = [.. corpora.Select(c => c.HeldOut).Where(c => c.Documents > 0)];
        for (int i = 0, taken = 0; taken < count && held.Any(c => i / held.Length < c.Documents); i++)
        {
            PackedCorpus corpus = held[i % held.Length];
            if (i / held.Length >= corpus.Documents)
                continue;
            int[] document = corpus.Document(i / held.Length);
            if (document.Length < 2)
                continue;
            taken++;
            yield return document[..Math.Min(PromptTokens, document.Length / 2)];
        }
    }
}
