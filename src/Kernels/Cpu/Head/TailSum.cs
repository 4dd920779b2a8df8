namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// A running sum of e^z, kept as Sum 2^Exponent. The exponent follows the largest z lazily: it is raised only when z
/// outgrows it by more than e^8, so that what was summed (and the vector that goes with it) is rarely scaled; and then
/// by a power of two, exactly.
/// </summary>
internal struct TailSum
{
    private const double Ln2 = 0.693147180559945309;

    /// <summary>8 / ln 2: what e^8 is as a power of two.</summary>
    private const double Slack = 11.54;

    /// <summary>Beyond this, neighbouring fp32 numbers differ by 1 and e^z means nothing.</summary>
    private const float Largest = 1e7f;

    private bool _started;

    public double Sum { get; private set; }

    public int Exponent { get; private set; }

    /// <summary>log of the sum; -infinity where nothing was added, NaN where something was not finite.</summary>
    public readonly double Log => Sum == 0 ? double.NegativeInfinity : LogUnit + Math.Log(Sum);

    /// <summary>log 2^Exponent.</summary>
    public readonly double LogUnit => Exponent * Ln2;

    /// <summary>
    /// Makes room for values up to <paramref name="max"/>. Returns what everything summed so far in units of 2^Exponent
    /// must be multiplied by: 1 nearly always, else a power of two. A maximum that is not a sane logit (NaN, infinite,
    /// beyond 1e7) makes the sum NaN.
    /// </summary>
    public float Raise(float max)
    {
        if (float.IsNegativeInfinity(max))
            return 1;
        if (!(MathF.Abs(max) < Largest))
        {
            Sum = double.NaN;
            return 1;
        }

        double needed = max / Ln2;
        if (_started && needed <= Exponent + Slack)
            return 1;
        int raised = (int)Math.Ceiling(needed);
        float scale = _started ? (float)Math.ScaleB(1.0, Exponent - raised) : 1;
        Sum = _started ? Math.ScaleB(Sum, Exponent - raised) : Sum;
        Exponent = raised;
        _started = true;
        return scale;
    }

    /// <summary>Adds a sum in units of 2^Exponent.</summary>
    public void Add(double sum) => Sum += sum;

    /// <summary>Adds e^z.</summary>
    public void AddOne(float z)
    {
        Raise(z);
        Sum += Math.Exp(z - LogUnit);
    }
}
