using MolEngine.Data;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Training;

/// <summary>
/// Greedy continuations of held-out documents, in turn from every corpus: a dialogue from its last answer on, other
/// text from a whole word near its beginning.
/// </summary>
internal static class Samples
{
    /// <summary>Of text that is no dialogue.</summary>
    private const int PromptTokens = 48;

    /// <summary>A dialogue with a longer question is passed over while there are others.</summary>
    private const int QuestionTokens = 192;
    private const int AnswerTokens = 128;

    /// <summary>Samples that are written at a time.</summary>
    private const int Rows = 4;

    /// <summary>Documents that are looked at for each sample.</summary>
    private const int Looked = 16;

    /// <summary>Of prompt and answer.</summary>
    private const int MostTokens = QuestionTokens + AnswerTokens;

    /// <param name="progress">Told how many samples are made, and of how many.</param>
    public static IReadOnlyList<TextSample> Of(
        TrainingSession s, CancellationToken cancel, Action<long, long>? progress = null)
    {
        (int[] Ids, int Prompt)[] documents = [.. Documents(s)];
        if (documents.Length == 0)
            return [];
        int all = s.Model.Base is null ? documents.Length : 2 * documents.Length, done = 0;
        using GenerationBatch batch = Batch(s);
        GenerationRow[] after = [.. documents.Select(d => Asked(d, s.Model.Student.Weights))];
        GenerationRow[]? before = s.Model.Base is { } known ? [.. documents.Select(d => Asked(d, known))] : null;
        while (!batch.IsIdle)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (GeneratedToken token in batch.Step())
            {
                if (token.Row.Stop is not null)
                    progress?.Invoke(++done, all);
            }
        }

        return [.. documents.Select((d, i) => Told(s, d, before?[i], after[i]))];

        GenerationRow Asked((int[] Ids, int Prompt) d, TransformerWeights weights)
        {
            int most = Math.Min(AnswerTokens, batch.Longest - d.Prompt);
            return batch.Add(
                new GenerationRequest(d.Ids[..d.Prompt], most) { StopIds = s.Stops, Weights = weights });
        }
    }

    /// <summary>The batch that samples are written in.</summary>
    public static GenerationBatch Batch(TrainingSession s)
    {
        int longest = Math.Min(MostTokens, s.Model.Config.MaxPositionEmbeddings);
        return new GenerationBatch(
            s.Ops, s.Model.Config, s.Model.Student.Weights, Rows,
            Rows * PagedLayout.PagesOf(longest) * PagedLayout.PageTokens, longest);
    }

    private static TextSample Told(
        TrainingSession s, (int[] Ids, int Prompt) d, GenerationRow? before, GenerationRow after)
    {
        int end = Math.Min(d.Ids.Length, d.Prompt + AnswerTokens);
        return new TextSample(
            Shown(s.Model.Tokenizer, d.Ids.AsSpan(0, d.Prompt)), before is null ? null : Text(before), Text(after))
        {
            Document = s.Model.Tokenizer.Decode(d.Ids.AsSpan(d.Prompt, end - d.Prompt), skipSpecialTokens: true),
            DocumentIsCut = end < d.Ids.Length,
            BeforeIsCut = before?.Stop == StopReason.Length,
            AfterIsCut = after.Stop == StopReason.Length,
        };

        string Text(GenerationRow row) => s.Model.Tokenizer.Decode([.. row.Ids], skipSpecialTokens: true);
    }

    /// <summary>A text with line breaks where special tokens stand, which say nothing to people.</summary>
    private static string Shown(Tokenizer tokenizer, ReadOnlySpan<int> ids)
    {
        var parts = new List<string>();
        int from = 0;
        for (int i = 0; i <= ids.Length; i++)
        {
            if (i < ids.Length && !tokenizer.IsSpecial(ids[i]))
                continue;
            parts.Add(tokenizer.Decode(ids[from..i], skipSpecialTokens: true).Trim('\n'));
            from = i + 1;
        }

        return string.Join('\n', parts.Where(p => p.Length > 0));
    }

    /// <summary>Documents, and the tokens of each that are given.</summary>
    private static IEnumerable<(int[] Ids, int Prompt)> Documents(TrainingSession s)
    {
        int[] answering = s.Texts.Answering;
        int most = Math.Min(QuestionTokens, s.Model.Config.MaxPositionEmbeddings / 2);
        PackedCorpus[] held = [.. s.Corpora.Select(c => c.HeldOut).Where(c => c.Documents > 0)];
        int taken = 0;
        for (int i = 0; i < Looked * s.Run.Samples && taken < s.Run.Samples; i++)
        {
            for (int c = 0; c < held.Length && taken < s.Run.Samples; c++)
            {
                if (i >= held[c].Documents)
                    continue;
                int[] ids = held[c].Document(i);
                int prompt = PromptOf(s.Model.Tokenizer, ids, answering);
                if (prompt < 1 || prompt > most)
                    continue;
                taken++;
                yield return (ids, prompt);
            }
        }
    }

    /// <summary>How many tokens of a document are given: at least one, and one less than there are; 0 where it is too
    /// short.</summary>
    /// <param name="answering">What asks the assistant to speak.</param>
    private static int PromptOf(Tokenizer tokenizer, int[] ids, int[] answering)
    {
        int turn = answering.Length == 0 ? -1 : ids.AsSpan(0, ids.Length - 1).LastIndexOf(answering);
        if (turn >= 0)
            return turn + answering.Length;
        int half = Math.Min(PromptTokens, ids.Length / 2);
        for (int end = half; end > half / 2; end--)
        {
            string next = tokenizer.Decode(ids.AsSpan(end, 1), skipSpecialTokens: true);
            if (next.Length > 0 && char.IsWhiteSpace(next[0]))
                return end;
        }

        return half;
    }
}
