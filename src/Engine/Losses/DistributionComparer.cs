namespace MolEngine.Engine.Losses;

/// <summary>
/// Compares two models' distributions over the vocabulary, from their logits, in float64. Not thread-safe: a thread has
/// its own.
/// </summary>
/// <remarks>
/// A divergence of p from q is the sum of p log(p / q) - p + q, whose terms are never negative: what cancels in the sum
/// of p log(p / q) alone does not appear. The two are equal, as p and q each sum to 1.
/// </remarks>
public sealed class DistributionComparer
{
    private readonly double[] _base;
    private readonly double[] _model;
    private readonly bool[] _isTop;
    private readonly int[] _baseTop;
    private readonly int[] _modelTop;

    /// <param name="topN">Tokens of the base that are classes of their own in the coarse divergence; all, where the
    /// vocabulary has no more.</param>
    public DistributionComparer(int vocabulary, int topN)
    {
        _base = new double[vocabulary];
        _model = new double[vocabulary];
        _isTop = new bool[vocabulary];
        _baseTop = new int[Math.Min(topN, vocabulary)];
        _modelTop = new int[_baseTop.Length];
    }

    /// <summary>Compares at one place; logits that are not finite give figures that are not.</summary>
    /// <param name="baseLogits">[V].</param>
    /// <param name="modelLogits">[V].</param>
    /// <param name="target">The token that follows.</param>
    public TokenComparison Compare(ReadOnlySpan<float> baseLogits, ReadOnlySpan<float> modelLogits, int target)
    {
        double baseLog = Softmax(baseLogits, _base), modelLog = Softmax(modelLogits, _model);
        Top(baseLogits, _baseTop);
        Top(modelLogits, _modelTop);
        foreach (int id in _baseTop)
            _isTop[id] = true;
        double shift = modelLog - baseLog;
        (Divergence reverse, Divergence forward) = Divergences(baseLogits, modelLogits, shift);
        double baseMass = 0, modelMass = 0;
        int common = 0;
        foreach (int id in _baseTop)
            (baseMass, modelMass) = (baseMass + _base[id], modelMass + _model[id]);
        foreach (int id in _modelTop)
            common += _isTop[id] ? 1 : 0;
        foreach (int id in _baseTop)
            _isTop[id] = false;
        return new TokenComparison(
            baseLog - baseLogits[target], modelLog - modelLogits[target], reverse, forward, baseMass, modelMass,
            (double)common / _baseTop.Length);
    }

    /// <summary>p log(p / q) - p + q, which rounding alone could take below 0.</summary>
    private static double Term(double p, double q, double logRatio) => Math.Max(0, (p * logRatio) - p + q);

    private (Divergence Reverse, Divergence Forward) Divergences(
        ReadOnlySpan<float> baseLogits, ReadOnlySpan<float> modelLogits, double shift)
    {
        // The tail is summed rather than subtracted from 1: it may be far smaller than what rounding makes of that.
        double baseTail = 0, modelTail = 0;
        for (int i = 0; i < _base.Length; i++)
        {
            if (!_isTop[i])
                (baseTail, modelTail) = (baseTail + _base[i], modelTail + _model[i]);
        }

        double tailRatio = baseTail > 0 ? modelTail / baseTail : 1, tailLog = Math.Log(tailRatio);
        double reverse = 0, forward = 0, gapReverse = 0, gapForward = 0;
        double coarseReverse = baseTail > 0 ? Term(modelTail, baseTail, tailLog) : 0;
        double coarseForward = baseTail > 0 ? Term(baseTail, modelTail, -tailLog) : 0;
        for (int i = 0; i < _base.Length; i++)
        {
            double q = _base[i], p = _model[i], log = (double)modelLogits[i] - baseLogits[i] - shift;
            double there = Term(p, q, log), back = Term(q, p, -log);
            reverse += there;
            forward += back;
            if (_isTop[i])
            {
                coarseReverse += there;
                coarseForward += back;
            }
            else
            {
                // Within the tail, of the base's brought to the model's mass there, and the other way round.
                gapReverse += Term(p, q * tailRatio, log - tailLog);
                gapForward += Term(q, p / tailRatio, tailLog - log);
            }
        }

        return (new(reverse, coarseReverse, gapReverse), new(forward, coarseForward, gapForward));
    }

    /// <summary>Fills in probabilities; the logarithm of the sum of exponentials.</summary>
    private static double Softmax(ReadOnlySpan<float> logits, double[] probabilities)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (float x in logits)
            max = Math.Max(max, x);
        for (int i = 0; i < logits.Length; i++)
            sum += probabilities[i] = Math.Exp(logits[i] - max);
        double scale = 1 / sum;
        for (int i = 0; i < probabilities.Length; i++)
            probabilities[i] *= scale;
        return max + Math.Log(sum);
    }

    /// <summary>The ids of the largest logits, of equals the lower id first, in descending order.</summary>
    private static void Top(ReadOnlySpan<float> logits, int[] ids)
    {
        int count = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            float x = logits[i];
            if (count == ids.Length && !(x > logits[ids[^1]]))
                continue;
            int at = count < ids.Length ? count++ : count - 1;
            for (; at > 0 && x > logits[ids[at - 1]]; at--)
                ids[at] = ids[at - 1];
            ids[at] = i;
        }
    }
}
