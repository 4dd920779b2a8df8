using System.Collections.Concurrent;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>
/// Rows through a base and a model, and their distributions over the whole vocabulary compared at every token that is
/// predicted. Logits of a few tokens exist at a time; they are compared on the host, in float64. The result does not
/// depend on the number of threads.
/// </summary>
public sealed class ComparisonPass : IDisposable
{
    /// <summary>Tokens whose logits are held at a time.</summary>
    private const int LogitTokens = 64;

    private readonly Ops _ops;
    private readonly TransformerWeights _base;
    private readonly TransformerWeights _model;
    private readonly Arena _arena;
    private readonly Transformer _transformer;
    private readonly Activations _activations;
    private readonly TokenBatch _batch;
    private readonly Tensor _baseFinal;
    private readonly Tensor _hidden;
    private readonly Tensor _logits;
    private readonly float[] _baseHost;
    private readonly float[] _modelHost;
    private readonly int _topN;
    private readonly ConcurrentBag<DistributionComparer> _comparers = [];

    /// <param name="reference">The base, without an adapter.</param>
    /// <param name="model">Of the same shapes, with or without an adapter.</param>
    /// <param name="tokens">The largest number of tokens of a run.</param>
    /// <param name="positions">Documents are no longer than this.</param>
    public ComparisonPass(
        Ops ops, ModelConfig config, TransformerWeights reference, TransformerWeights model, int tokens, int positions,
        int topN)
    {
        (_ops, _base, _model, _topN) = (ops, reference, model, topN);
        _arena = ops.CreateArena("comparison");
        _transformer = new Transformer(ops, config, _arena, tokens, positions, backward: false);
        _activations = Activations.Allocate(
            _arena, config, ops.ActivationType, tokens, Retention.None,
            (layer, name) => Student.LoraRank(model, layer, name));
        _batch = new TokenBatch(ops, _arena, tokens);
        _baseFinal = _arena.Allocate("final hidden of the base", DType.F32, tokens, config.HiddenSize);
        int chunk = Math.Min(LogitTokens, tokens);
        _hidden = _arena.Allocate("hidden of logits", ops.ActivationType, chunk, config.HiddenSize);
        _logits = _arena.Allocate("logits", DType.F32, chunk, config.VocabSize);
        _baseHost = new float[chunk * config.VocabSize];
        _modelHost = new float[chunk * config.VocabSize];
    }

    /// <summary>For each row the comparisons at its predicted tokens, in their order.</summary>
    /// <exception cref="NonFiniteException">A model's logits are not finite.</exception>
    public TokenComparison[][] Run(IReadOnlyList<TokenRow> rows)
    {
        _batch.Fill(rows, [.. rows.Select(_ => default(TokenWeights))]);
        int tokens = _batch.Tokens;
        if (tokens == 0)
            return [.. rows.Select(_ => Array.Empty<TokenComparison>())];
        Activations activations = _activations.First(tokens);
        Tensor baseFinal = _baseFinal.Slice(0, tokens);
        _ops.Copy(_transformer.Forward(_base, _batch.Ids, _batch.Layout, activations), baseFinal);
        Tensor modelFinal = _transformer.Forward(_model, _batch.Ids, _batch.Layout, activations);
        var all = new TokenComparison[tokens];
        int[] targets = Targets(rows, tokens);
        for (int first = 0; first < tokens; first += _hidden.Shape[0])
        {
            int count = Math.Min(_hidden.Shape[0], tokens - first);
            Logits(baseFinal.Slice(first, count), _base, _baseHost);
            Logits(modelFinal.Slice(first, count), _model, _modelHost);
            Compare(first, count, targets, all);
        }

        return ByRow(rows, targets, all);
    }

    public void Dispose() => _arena.Dispose();

    /// <summary>The token that each one predicts, or -1.</summary>
    private static int[] Targets(IReadOnlyList<TokenRow> rows, int tokens)
    {
        int[] targets = new int[tokens];
        int at = 0;
        foreach (TokenRow row in rows)
        {
            ReadOnlySpan<int> ids = row.Tokens.Span;
            ReadOnlySpan<bool> predicted = row.Predicted.Span;
            for (int i = 0; i < ids.Length; i++)
                targets[at++] = i + 1 < ids.Length && predicted[i + 1] ? ids[i + 1] : -1;
        }

        return targets;
    }

    private static TokenComparison[][] ByRow(
        IReadOnlyList<TokenRow> rows, int[] targets, TokenComparison[] all)
    {
        var byRow = new TokenComparison[rows.Count][];
        for (int r = 0, at = 0; r < byRow.Length; r++)
        {
            byRow[r] = new TokenComparison[rows[r].EffectiveTokens];
            int filled = 0;
            for (int end = at + rows[r].Tokens.Length; at < end; at++)
            {
                if (targets[at] >= 0)
                    byRow[r][filled++] = all[at];
            }
        }

        return byRow;
    }

    private void Logits(Tensor final, TransformerWeights weights, float[] host)
    {
        int count = final.Shape[0];
        Tensor hidden = _hidden.Slice(0, count), logits = _logits.Slice(0, count);
        _ops.Copy(final, hidden);
        _ops.HeadLogits(hidden, weights.Head, logits);
        _ops.Download(logits, host.AsSpan(0, count * logits.Shape[1]));
    }

    private void Compare(int first, int count, int[] targets, TokenComparison[] all)
    {
        int vocabulary = _logits.Shape[1];
        Parallel.For(
            0, count,
            () => _comparers.TryTake(out DistributionComparer? kept)
                ? kept
                : new DistributionComparer(vocabulary, _topN),
            (i, _, comparer) =>
            {
                int target = targets[first + i];
                if (target >= 0)
                {
                    all[first + i] = comparer.Compare(
                        _baseHost.AsSpan(i * vocabulary, vocabulary), _modelHost.AsSpan(i * vocabulary, vocabulary),
                        target);
                }

                return comparer;
            },
            _comparers.Add);
        for (int i = first; i < first + count; i++)
        {
            TokenComparison c = all[i];
            if (!double.IsFinite(c.BaseCe + c.ModelCe + c.Reverse.Full + c.Forward.Full))
            {
                throw new NonFiniteException(
                    $"comparison: cross-entropies are {c.BaseCe} and {c.ModelCe}, divergences {c.Reverse.Full} and "
                        + $"{c.Forward.Full}: expected finite numbers. Weights of a model or the adapter are broken");
            }
        }
    }
}
