using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Jobs;

/// <summary>The few texts that merged weights are measured on.</summary>
internal static class MergeTexts
{
    /// <summary>How many documents of corpora.</summary>
    private const int Count = 4;

    /// <summary>What is taken of each, where the run's rows are not shorter.</summary>
    private const int MostTokens = 256;

    /// <summary>Tokens that a model writes where there are no corpora, all together and in a text.</summary>
    private const int WrittenTokens = 96, WrittenAtOnce = 48;

    private const ulong Seed = 1;

    /// <summary>The first documents of a run's corpora, in turn.</summary>
    /// <param name="problem">Why there are none, or not of all of its corpora; null where there is nothing to say.
    /// </param>
    public static IReadOnlyList<int[]> OfCorpora(
        RunConfig run, Tokenizer tokenizer, ModelConfig config, out string? problem)
    {
        problem = null;
        var documents = new List<int[][]>();
        try
        {
            DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, config, run.Model, run.Data);
            int longest = Math.Min(MostTokens, run.Data.Context);
            int each = (Count + run.Data.Corpora.Count - 1) / run.Data.Corpora.Count;
            foreach (CorpusSettings corpus in run.Data.Corpora)
            {
                try
                {
                    documents.Add([.. FirstDocuments.Of(corpus, texts, longest).Take(each)]);
                }
                catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
                {
                    problem ??= e.Message;
                }
            }
        }
        catch (UserException e)
        {
            problem = e.Message;
        }

        return
        [
            .. documents.SelectMany(d => d.Select((ids, turn) => (ids, turn))).OrderBy(d => d.turn)
                .Select(d => d.ids).Take(Count),
        ];
    }

    /// <summary>Texts that a model writes itself: drawn from what it predicts, the same ones every time.</summary>
    /// <param name="display">Told how far it is.</param>
    public static IReadOnlyList<int[]> Written(
        Ops ops, InferenceModel model, TransformerWeights weights, Tokenizer tokenizer, IRunDisplay display)
    {
        Action<long, long> progress = display.Doing("writing texts to compare on", "token");
        IReadOnlyList<int> ends = GenerationConfig.Load(model.Folder).EosTokenIds;

        // A model's own end is what stands before a text where the tokenizer puts nothing there.
        int[] begin = tokenizer.BeginIds.Count > 0 ? [.. tokenizer.BeginIds] : [ends.Count > 0 ? ends[0] : 0];
        using var batch = new GenerationBatch(ops, model.Config, weights, 1, begin.Length + WrittenAtOnce);
        var texts = new List<int[]>();
        for (int written = 0; written < WrittenTokens;)
        {
            GenerationRow row = batch.Add(new GenerationRequest(begin, Math.Min(WrittenAtOnce, WrittenTokens - written))
            {
                Sampling = new SamplingSettings(),
                Seed = Seed + (ulong)texts.Count,
                StopIds = [.. ends],
            });
            while (!batch.IsIdle)
                progress(written += batch.Step().Count, WrittenTokens);
            texts.Add([.. begin, .. row.Ids]);
        }

        return texts;
    }
}
