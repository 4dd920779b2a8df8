namespace MolEngine.Oracle;

/// <summary>What a forward pass computed, and the way back from a loss of its logits.</summary>
public sealed class OracleForward
{
    private readonly Tape _tape;
    private readonly OracleBatch _batch;
    private readonly Matrix _logits;
    private readonly Dictionary<string, Matrix> _trained;

    internal OracleForward(
        Tape tape, OracleBatch batch, IReadOnlyList<double[]> hidden, Matrix final, Matrix logits,
        Dictionary<string, Matrix> trained)
    {
        (_tape, _batch, _logits, _trained) = (tape, batch, logits, trained);
        Hidden = hidden;
        FinalHidden = final.Data;
    }

    /// <summary>The residual stream [T, H] after the embedding (0) and after each layer.</summary>
    public IReadOnlyList<double[]> Hidden { get; }

    /// <summary>[T, H], after the last norm.</summary>
    public double[] FinalHidden { get; }

    /// <summary>[T, V].</summary>
    public double[] Logits => _logits.Data;

    /// <summary>
    /// The mean over rows with effective tokens of the mean over their effective tokens of ceWeight CE + klWeight KL,
    /// and its gradients by everything that the pass was told to train (none where it trains nothing). May be called
    /// again with other settings.
    /// </summary>
    /// <param name="reference">The base model's pass over the same batch; null where no row has a KL weight.</param>
    /// <param name="top">The ids that the KL of a token tells apart, in place of the base's top n; default:
    /// those.</param>
    public OracleLoss MolLoss(
        OracleLossSettings settings, bool[] general, OracleForward? reference, Func<int, int[]>? top = null)
    {
        if (general.Length != _batch.Rows)
            throw new ArgumentException($"oracle: general: expected {_batch.Rows} rows, got {general.Length}");
        var gradient = new double[Logits.Length];
        (OracleLoss loss, int[] rows) = Forward(settings, general, reference, gradient, top);
        if (_trained.Count == 0 || rows.Length == 0)
            return loss;
        _tape.Backward(_logits, seed => gradient.CopyTo(seed, 0));
        return loss with { Gradients = _trained.ToDictionary(t => t.Key, t => (double[])t.Value.Gradient!.Clone()) };
    }

    /// <summary>Plain cross-entropy on every row.</summary>
    public OracleLoss CeLoss() => MolLoss(new OracleLossSettings(0, 1), new bool[_batch.Rows], null);

    private (OracleLoss Loss, int[] Rows) Forward(
        OracleLossSettings settings, bool[] general, OracleForward? reference, double[] gradient, Func<int, int[]>? top)
    {
        int vocabulary = _logits.Columns;
        int[][] effective = [.. Enumerable.Range(0, _batch.Rows).Select(EffectiveTokens)];
        int[] rows = [.. Enumerable.Range(0, _batch.Rows).Where(r => effective[r].Length > 0)];
        var ce = new double[rows.Length];
        var kl = new double[rows.Length];
        var loss = new double[rows.Length];
        var tokens = new double[_batch.Tokens];
        Parallel.For(0, rows.Length, i =>
        {
            int r = rows[i];
            TokenLoss token = settings.TokenLoss(general[r]);
            double share = 1.0 / effective[r].Length;
            foreach (int t in effective[r])
            {
                ReadOnlySpan<double> z = Logits.AsSpan(t * vocabulary, vocabulary);
                ReadOnlySpan<double> z0 = reference is null
                    ? default
                    : reference.Logits.AsSpan(t * vocabulary, vocabulary);
                (double tokenCe, double tokenKl, double tokenLoss) = token.Compute(
                    z, z0, _batch.Labels[t], share / rows.Length, gradient.AsSpan(t * vocabulary, vocabulary),
                    top?.Invoke(t));
                ce[i] += share * tokenCe;
                kl[i] += share * tokenKl;
                loss[i] += share * tokenLoss;
                tokens[t] = share / rows.Length * tokenLoss;
            }
        });
        int[] counts = Array.ConvertAll(effective, e => e.Length);
        double mean = rows.Length == 0 ? 0 : loss.Average();
        return (new OracleLoss(mean, ce, kl, loss, counts, tokens, new Dictionary<string, double[]>()), rows);
    }

    private int[] EffectiveTokens(int row) =>
        [.. Enumerable.Range(0, _batch.Tokens).Where(t =>
            t >= _batch.RowStarts[row] && t < _batch.RowStarts[row + 1] && _batch.Labels[t] >= 0)];
}
