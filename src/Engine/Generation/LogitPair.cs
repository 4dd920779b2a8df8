using System.Numerics;

namespace MolEngine.Engine.Generation;

/// <summary>What two models say of the same next token, handed in in either order.</summary>
internal sealed class LogitPair
{
    private float[] _model = [];
    private float[] _reference = [];

    /// <summary>Takes in the logits [V] of a model, before anything changes them.</summary>
    public void Put(ReadOnlySpan<float> logits, bool isReference)
    {
        ref float[] kept = ref isReference ? ref _reference : ref _model;
        if (kept.Length != logits.Length)
            kept = new float[logits.Length];
        logits.CopyTo(kept);
    }

    /// <summary>KL(model || reference) = sum of p (ln p - ln q), in nats and float64; not below 0.</summary>
    public double Divergence()
    {
        float most = _model.Max(), mostReference = _reference.Max();
        double normalizer = LogitRow.LogSumExp(_model, most);
        double shift = LogitRow.LogSumExp(_reference, mostReference) - normalizer;
        Vector<double> sum = default, offset = new(normalizer), between = new(shift);
        int i = 0;
        for (; i + Vector<float>.Count <= _model.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(_model, i), out Vector<double> low, out Vector<double> high);
            Vector.Widen(new Vector<float>(_reference, i), out Vector<double> lowOther, out Vector<double> highOther);
            sum += Term(low, lowOther, offset, between) + Term(high, highOther, offset, between);
        }

        double total = Vector.Sum(sum);
        for (; i < _model.Length; i++)
        {
            double p = Math.Exp(_model[i] - normalizer);
            total += p == 0 ? 0 : p * (_model[i] - (double)_reference[i] + shift);
        }

        return Math.Max(total, 0);
    }

    /// <summary>A token without probability adds nothing, whatever the reference says of it.</summary>
    private static Vector<double> Term(
        Vector<double> model, Vector<double> reference, Vector<double> offset, Vector<double> between)
    {
        Vector<double> p = Vector.Exp(model - offset);
        return Vector.ConditionalSelect(
            Vector.Equals(p, Vector<double>.Zero), Vector<double>.Zero, p * (model - reference + between));
    }
}
