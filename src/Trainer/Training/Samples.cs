using MolEngine.Data;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Training;

/// <summary>Greedy continuations of held-out documents, in turn from every corpus.</summary>
internal static class Samples
{
    private const int PromptTokens = 24;
    private const int AnswerTokens = 48;

    /// <summary>Of prompt and answer.</summary>
    public const int MostTokens = PromptTokens + AnswerTokens;

    /// <param name="progress">Told how many samples are made, and of how many.</param>
    public static IReadOnlyList<TextSample> Of(
        TrainingSession s, CancellationToken cancel, Action<long, long>? progress = null)
    {
        int[][] prompts = [.. Prompts(s.Corpora, s.Run.Samples)];
        var samples = new TextSample[prompts.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = Sample(s, prompts[i], s.Stops, cancel);
            progress?.Invoke(i + 1, samples.Length);
        }

        return samples;
    }

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

    private static TextSample Sample(
        TrainingSession s, int[] prompt, IReadOnlyCollection<int> stops, CancellationToken cancel)
    {
        string Continue(TransformerWeights weights)
        {
            using var decoder = new Decoder(s.Ops, s.Model.Config, weights, prompt.Length + AnswerTokens);
            (IReadOnlyList<int> ids, _) = TextGenerator.Generate(
                decoder, prompt, AnswerTokens, stops, _ => cancel.ThrowIfCancellationRequested());
            return s.Model.Tokenizer.Decode([.. ids], skipSpecialTokens: true);
        }

        return new TextSample(
            s.Model.Tokenizer.Decode(prompt, skipSpecialTokens: false),
            s.Model.Base is null ? null : Continue(s.Model.Base), Continue(s.Model.Student.Weights));
    }
}
