using MolEngine.Engine.Batches;

namespace MolEngine.Engine.Losses;

/// <summary>
/// The loss of a global batch: the mean over a row's effective tokens, then the mean over the rows that have any,
/// weighted as the rows are.
/// Weights of tokens are fixed here before the first micro-batch, so that gradients do not depend on the split.
/// </summary>
public sealed class BatchLoss
{
    private readonly LossOptions _options;
    private readonly int _effectiveRows;
    private readonly double _totalWeight;

    public BatchLoss(LossOptions options, IReadOnlyList<TokenRow> globalBatch)
    {
        _options = options;
        _effectiveRows = globalBatch.Count(r => r.EffectiveTokens > 0);
        _totalWeight = globalBatch.Where(r => r.EffectiveTokens > 0).Sum(r => r.Weight);
        Weights = [.. globalBatch.Select(TokenWeightsOf)];
    }

    /// <summary>What every effective token's CE and KL is multiplied by in the batch's loss, and their forms, for each
    /// row.</summary>
    public IReadOnlyList<TokenWeights> Weights { get; }

    /// <summary>Rows without a token that predicts: they add nothing.</summary>
    public int EmptyRows => Weights.Count - _effectiveRows;

    /// <summary>The loss of the batch from its rows' figures; 0 where no row predicts anything.</summary>
    public double Value(IEnumerable<RowFigures> rows) =>
        _effectiveRows == 0
            ? 0
            : rows.Where(r => r.EffectiveTokens > 0).Sum(r => r.Weight * RowLoss(r)) / _totalWeight;

    /// <summary>The loss of one row, its weight apart.</summary>
    public double RowLoss(RowFigures row)
    {
        TokenWeights w = _options.Weights(row.Kind, row.Losses);
        return w.Of(row.GatedCe, row.HeldKl);
    }

    private TokenWeights TokenWeightsOf(TokenRow row)
    {
        if (row.EffectiveTokens == 0)
            return default;
        TokenWeights w = _options.Weights(row.Kind, row.Losses);
        double each = row.Weight / row.EffectiveTokens / _totalWeight;
        return w with { CrossEntropy = w.CrossEntropy * each, KlDivergence = w.KlDivergence * each };
    }
}
