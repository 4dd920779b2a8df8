using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// A token's losses in every form, in float64 over whole distributions: each is renormalised over the elements that
/// count, summed up into classes, and differentiated as written down.
/// </summary>
internal sealed class HeldTruth
{
    private readonly double[] _p;
    private readonly double[] _q;
    private readonly int[] _classes;
    private readonly double[] _logP;
    private readonly double[] _logQ;
    private readonly double _share;

    /// <param name="top">The base's top n.</param>
    /// <param name="share">Of the forward divergence.</param>
    public HeldTruth(double[] z0, double[] z, int[] top, int target, LossForms form, double share)
    {
        bool without = form.HasFlag(LossForms.WithoutTarget);
        _share = share;
        _classes = new int[z.Length];
        Array.Fill(_classes, top.Length);
        for (int c = 0; c < top.Length; c++)
            _classes[top[c]] = c;
        if (without)
            _classes[target] = -1;
        (_p, _q) = (Softmax(z, _classes), Softmax(z0, _classes));
        (_logP, _logQ) = (Masses(z, top.Length + 1), Masses(z0, top.Length + 1));
        for (int c = 0; c <= top.Length; c++)
        {
            if (double.IsNegativeInfinity(_logQ[c]))
                continue;
            Reverse += Share(_logP[c], _logP[c] - _logQ[c]);
            Forward += Share(_logQ[c], _logQ[c] - _logP[c]);
        }

        double[] others = [.. z.Where((_, v) => v != target)];
        double ce = others.Length == 0 ? 0 : SoftPlus(LogSumExp(others) - z[target]);
        Gate = form.HasFlag(LossForms.ProbabilityGate) ? Math.Exp(-ce)
            : form.HasFlag(LossForms.EntropyGate) ? Entropy([.. top.Select(v => z0[v])]) / Math.Log(top.Length)
            : 1;
        GatedCe = Gate * ce;
    }

    public double Reverse { get; }

    public double Forward { get; }

    public double Held => ((1 - _share) * Reverse) + (_share * Forward);

    public double Gate { get; }

    public double GatedCe { get; }

    /// <summary>dHeld/dz.</summary>
    public double[] HeldGradient()
    {
        double mean = 0;
        for (int c = 0; c < _logP.Length; c++)
            mean += double.IsNegativeInfinity(_logP[c]) ? 0 : Math.Exp(_logP[c]) * (_logP[c] - _logQ[c]);
        return [.. _p.Select((p, v) => _classes[v] < 0 ? 0 : p * Slope(_logP[_classes[v]] - _logQ[_classes[v]], mean))];
    }

    private double Slope(double ratio, double mean)
    {
        double backwards = Math.Abs(ratio) < 1e-3
            ? ratio * (1 - ratio / 2 * (1 - ratio / 3 * (1 - ratio / 4)))
            : 1 - Math.Exp(-ratio);
        return ((1 - _share) * (ratio - mean)) + (_share * backwards);
    }

    private double[] Masses(double[] z, int count)
    {
        double all = LogSumExp([.. z.Where((_, v) => _classes[v] >= 0)]);
        return [.. Enumerable.Range(0, count).Select(c => LogSumExp([.. z.Where((_, v) => _classes[v] == c)]) - all)];
    }

    private static double[] Softmax(double[] z, int[] classes)
    {
        double all = LogSumExp([.. z.Where((_, v) => classes[v] >= 0)]);
        return [.. z.Select((x, v) => classes[v] < 0 ? 0 : Math.Exp(x - all))];
    }

    private static double Entropy(double[] z)
    {
        double all = LogSumExp(z);
        return z.Sum(x => -Math.Exp(x - all) * (x - all));
    }

    private static double Share(double logP, double r) => Math.Exp(logP) * (Math.Abs(r) < 0.01
        ? r * r * (1.0 / 2 - r / 6 + r * r / 24 - r * r * r / 120 + r * r * r * r / 720)
        : r + Math.Exp(-r) - 1);

    private static double SoftPlus(double x) => x < -30 ? Math.Exp(x) : x > 30 ? x : Math.Log(1 + Math.Exp(x));

    private static double LogSumExp(double[] z)
    {
        if (z.Length == 0)
            return double.NegativeInfinity;
        double max = z.Max();
        return max + Math.Log(z.Sum(a => Math.Exp(a - max)));
    }
}
