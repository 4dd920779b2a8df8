using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;

namespace MolEngine.Evaluation.Models;

/// <summary>
/// A model of the engine, over one batch of rows: what prompts have in common is computed once. Not thread-safe.
/// </summary>
/// <param name="stopIds">Ids that end what it writes.</param>
/// <param name="rows">Most prompts at once; results do not depend on it.</param>
/// <param name="cacheBytes">What keys and values may take, where one row alone does not take more.</param>
public sealed class EngineModel(
    Ops ops, ModelConfig config, TransformerWeights weights, Tokenizer tokenizer, IReadOnlyCollection<int> stopIds,
    int rows, long cacheBytes = EngineModel.UsualCacheBytes) : ILanguageModel, IDisposable
{
    private const long UsualCacheBytes = 2L << 30;

    /// <summary>The least tokens of a row that a batch is made for, so that it serves the next prompts too.</summary>
    private const int ShortestRow = 512;

    /// <summary>Requests that wait in the batch: enough for each row that ends to be followed at once.</summary>
    private const int MostWaiting = 64;

    private GenerationBatch? _batch;

    public int ContextLimit { get; } = config.AttentionLimit is { } limit
        ? Math.Min(config.MaxPositionEmbeddings, limit.Tokens - 1)
        : config.MaxPositionEmbeddings;

    public IReadOnlyList<int> BeginIds => tokenizer.BeginIds;

    public int StartId => BeginIds.Count > 0 ? BeginIds[0]
        : config.BosTokenId ?? (config.EosTokenIds.Count > 0 ? config.EosTokenIds[0] : throw new UserException(
            "config.json: scoring: expected bos_token_id or eos_token_id, which stands before an empty context, got "
                + "neither"));

    public int[] Encode(string text) => tokenizer.Encode(text, addSpecialTokens: false);

    public void Score(
        IReadOnlyList<ScoringRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancel)
    {
        if (requests.Count == 0)
            return;
        var scorer = new ContinuationScorer(
            BatchFor(requests.Max(r => r.Context.Length + r.Continuation.Length), requests.Count));
        IReadOnlyList<ScoredContinuation> scored = scorer.Score(
            [.. requests.Select(r => new Continuation(r.Context, r.Continuation))], cancel);
        for (int i = 0; i < scored.Count; i++)
            done(i, new ContinuationScore(scored[i].LogProb, scored[i].IsGreedy));
    }

    public void Write(
        IReadOnlyList<WritingRequest> requests, Action<int, WrittenText> done, CancellationToken cancel)
    {
        if (requests.Count == 0)
            return;
        GenerationBatch batch = BatchFor(requests.Max(r => r.Prompt.Length + r.MaxTokens), requests.Count);
        var running = new Dictionary<GenerationRow, (int At, TextStream Text)>();
        int next = 0;
        try
        {
            while (next < requests.Count || running.Count > 0)
            {
                cancel.ThrowIfCancellationRequested();
                for (; next < requests.Count && batch.Waiting < MostWaiting; next++)
                {
                    var text = new TextStream(tokenizer, stopIds, requests[next].Stops);
                    running.Add(batch.Add(Request(requests[next])), (next, text));
                }

                foreach (GeneratedToken token in batch.Step())
                    Take(token, batch, running, done);
            }
        }
        finally
        {
            foreach (GenerationRow row in running.Keys)
                batch.Remove(row);
        }
    }

    public void Dispose() => _batch?.Dispose();

    private static void Take(
        GeneratedToken token, GenerationBatch batch, Dictionary<GenerationRow, (int At, TextStream Text)> running,
        Action<int, WrittenText> done)
    {
        (int at, TextStream text) = running[token.Row];
        text.Append(token.Id);
        if (!text.HasStopped && token.Row.Stop is null)
            return;
        text.Finish();
        string end = text.StopText is not null ? "stop" : text.HasStopped ? "eos" : "length";
        batch.Remove(token.Row);
        running.Remove(token.Row);
        done(at, new WrittenText(text.Text, token.Row.Ids.Count, end));
    }

    private GenerationRequest Request(WritingRequest r) => new(r.Prompt, r.MaxTokens)
    {
        Sampling = r.Sampling,
        Seed = r.Seed,
        StopIds = stopIds,
    };

    /// <summary>The batch, made anew where rows have become longer.</summary>
    private GenerationBatch BatchFor(int longest, int count)
    {
        if (_batch is not null && _batch.Longest >= longest)
            return _batch;
        _batch?.Dispose();
        _batch = null;
        int row = Math.Max(longest, Math.Min(Math.Max(ShortestRow, 2 * longest), ContextLimit + 1));
        long bytes = 2L * config.NumLayers * config.NumKvHeads * config.HeadDim * sizeof(float);
        long tokens = Math.Max(row, Math.Min((long)Math.Min(rows, count) * row, cacheBytes / bytes));
        return _batch = new GenerationBatch(ops, config, weights, rows, (int)tokens, row);
    }
}
