using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>What the base says of a micro-batch: computed, or read where it was computed before.</summary>
internal sealed class BasePass
{
    private readonly Ops _ops;
    private readonly Transformer _transformer;
    private readonly Activations _activations;
    private readonly BaseDistribution _distribution;
    private readonly BaseCache? _cache;
    private readonly TokenBatch? _missing;

    /// <param name="activations">Overwritten by each pass.</param>
    /// <param name="tokens">The largest number of tokens of a micro-batch.</param>
    /// <param name="topN">n of the base's top n.</param>
    public BasePass(
        Ops ops, Transformer transformer, Activations activations, Arena arena, int tokens, int topN, BaseCache? cache)
    {
        (_ops, _transformer, _activations, _cache) = (ops, transformer, activations, cache);
        Tensor F64(string name) => arena.Allocate(name, DType.F64, tokens);
        _distribution = new BaseDistribution(
            arena.Allocate("base top ids", DType.I32, tokens, topN),
            arena.Allocate("base top logits", DType.F64, tokens, topN),
            F64("base log-sum-exp"), F64("base tail log-sum-exp"))
        {
            TailWithoutTarget = F64("base tail without target"),
        };

        // A library's products may have other bits in another shape: there a micro-batch is computed as a whole.
        if (cache is not null && !ops.UsesCublasLt)
            _missing = new TokenBatch(ops, arena, tokens);
    }

    /// <summary>Computed, for a micro-batch of any use.</summary>
    /// <param name="hiddenTo">Activation or fp32 [T, H]: receives the base's last hidden states; null to skip
    /// that.</param>
    public BaseDistribution Of(TokenBatch batch, TransformerWeights reference, Tensor? hiddenTo = null)
    {
        BaseDistribution distribution = _distribution.First(batch.Tokens);
        Tensor hidden = _transformer.Forward(reference, batch.Ids, batch.Layout, _activations.First(batch.Tokens));
        _ops.BaseTopN(hidden, reference.Head, batch.Targets, distribution);
        if (hiddenTo is not null)
            _ops.Copy(hidden, hiddenTo);
        return distribution;
    }

    /// <summary>
    /// Of rows that are trained on: those that were computed before are read, where there is a cache.
    /// </summary>
    /// <param name="weights">Of each row, as <paramref name="batch"/> was filled with them.</param>
    public BaseDistribution OfTrained(
        IReadOnlyList<TokenRow> rows, IReadOnlyList<TokenWeights> weights, TokenBatch batch,
        TransformerWeights reference)
    {
        if (_cache is null)
            return Of(batch, reference);
        int[] missing = _cache.Read(rows, batch.Targets);
        if (missing.Length == rows.Count || (_missing is null && missing.Length > 0))
        {
            BaseDistribution computed = Of(batch, reference);
            _cache.KeepWhole(_ops, computed);
            return computed;
        }

        if (missing.Length > 0)
        {
            _missing!.Fill([.. missing.Select(i => rows[i])], [.. missing.Select(i => weights[i])]);
            _cache.KeepMissing(_ops, Of(_missing, reference));
        }

        BaseDistribution distribution = _distribution.First(batch.Tokens);
        _cache.Upload(_ops, distribution);
        return distribution;
    }
}
