using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// The Mixture of Losses of one token in float64, straight from its definition over all V logits: the truth of the
/// head's tests.
/// </summary>
internal sealed class HeadTruth
{
    private readonly double[] _p;
    private readonly double[] _ratio;
    private readonly HeadInputs _inputs;
    private readonly int _token;
    private readonly Lazy<HeldTruth> _held;

    public HeadTruth(HeadInputs inputs, int token)
        : this(inputs, token, Row(inputs.X, inputs.Hidden, token))
    {
    }

    /// <summary>With another hidden state of the student, for finite differences.</summary>
    public HeadTruth(HeadInputs inputs, int token, double[] x)
    {
        (_inputs, _token) = (inputs, token);
        double[] z = Logits(inputs, x);
        Largest = z.Max();
        Lse = LogSumExp(z);
        Ce = LogSumExp([.. z.Where((_, v) => v != inputs.Targets[token])]) is var others && double.IsNegativeInfinity(
            others)
            ? 0
            : SoftPlus(others - z[inputs.Targets[token]]);
        _p = Array.ConvertAll(z, a => Math.Exp(a - Lse));
        _ratio = new double[z.Length];
        double[] z0 = inputs.TopN > 0 ? Logits(inputs, Row(inputs.X0, inputs.Hidden, token)) : z;
        if (inputs.TopN > 0)
            Divergence(z, z0);
        _held = new Lazy<HeldTruth>(() => new HeldTruth(
            z0, z, TopIds, inputs.Targets[token], inputs.Forms?[token] ?? LossForms.None,
            inputs.ForwardShare?[token] ?? 0));
    }

    public double Ce { get; }

    /// <summary>What counts of both losses in the token's form.</summary>
    public HeldTruth Held => _held.Value;

    public double Kl { get; private set; }

    public double Lse { get; }

    public double Largest { get; }

    public double TailLogP { get; private set; }

    public int[] TopIds { get; private set; } = [];

    public double[] TopLogits { get; private set; } = [];

    public double BaseLse { get; private set; }

    public double BaseTail { get; private set; }

    public double Loss => _inputs.CeWeight[_token] * Ce + _inputs.KlWeight[_token] * Kl;

    /// <summary>
    /// dL/dz_v = p_v [a + b (G_v - KL)] - a [v = y], and in another form a times the gate and b times what is held.
    /// </summary>
    public double[] LogitGradient()
    {
        double a = _inputs.CeWeight[_token], b = _inputs.KlWeight[_token];
        if (_inputs.Forms is not null)
        {
            double[] plain = Plain(a * Held.Gate, 0);
            return [.. Held.HeldGradient().Select((held, v) => plain[v] + (b * held))];
        }

        return Plain(a, b);
    }

    private double[] Plain(double a, double b)
    {
        double mean = _p.Select((p, v) => p * _ratio[v]).Sum();
        var d = new double[_p.Length];
        for (int v = 0; v < d.Length; v++)
            d[v] = _p[v] * (a + b * (_ratio[v] - mean));
        int y = _inputs.Targets[_token];
        double notTarget = _p.Where((_, v) => v != y).Sum();
        d[y] = _p[y] * b * (_ratio[y] - mean) - a * notTarget;
        return d;
    }

    public double[] HiddenGradient()
    {
        var dx = new double[_inputs.Hidden];
        double[] d = LogitGradient();
        for (int v = 0; v < d.Length; v++)
        {
            for (int h = 0; h < dx.Length; h++)
                dx[h] += d[v] * _inputs.Weight[v * dx.Length + h];
        }

        return dx;
    }

    public static double[] Row(float[] x, int hidden, int token) =>
        Array.ConvertAll(x[(token * hidden)..((token + 1) * hidden)], v => (double)v);

    private void Divergence(double[] z, double[] z0)
    {
        int n = _inputs.TopN;
        int[] order = [.. Enumerable.Range(0, z0.Length).OrderByDescending(v => z0[v]).ThenBy(v => v)];
        TopIds = order[..n];
        TopLogits = [.. TopIds.Select(v => z0[v])];
        BaseLse = LogSumExp(z0);
        BaseTail = LogSumExp([.. order[n..].Select(v => z0[v])]);
        TailLogP = LogSumExp([.. order[n..].Select(v => z[v])]) - Lse;
        double tailRatio = n == z.Length ? 0 : TailLogP - (BaseTail - BaseLse);
        Kl = n == z.Length ? 0 : Math.Exp(TailLogP) * Bregman(tailRatio);
        Array.Fill(_ratio, tailRatio);
        foreach (int v in TopIds)
        {
            _ratio[v] = z[v] - Lse - (z0[v] - BaseLse);
            Kl += _p[v] * Bregman(_ratio[v]);
        }
    }

    private static double[] Logits(HeadInputs inputs, double[] x)
    {
        var z = new double[inputs.Vocabulary];
        for (int v = 0; v < z.Length; v++)
        {
            for (int h = 0; h < x.Length; h++)
                z[v] += x[h] * inputs.Weight[v * x.Length + h];
        }

        return z;
    }

    private static double Bregman(double r) =>
        Math.Abs(r) < 0.01 ? r * r * (1.0 / 2 - r / 6 + r * r / 24 - r * r * r / 120 + r * r * r * r / 720) : r
            + Math.Exp(-r) - 1;

    private static double SoftPlus(double x) => x < -30 ? Math.Exp(x) : x > 30 ? x : Math.Log(1 + Math.Exp(x));

    private static double LogSumExp(double[] z)
    {
        if (z.Length == 0)
            return double.NegativeInfinity;
        double max = z.Max();
        return max + Math.Log(z.Sum(a => Math.Exp(a - max)));
    }
}
