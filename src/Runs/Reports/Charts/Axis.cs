namespace MolEngine.Runs.Reports.Charts;

/// <summary>How an axis divides its length.</summary>
internal enum AxisKind
{
    /// <summary>An axis from about the least to about the greatest value.</summary>
    Linear,

    /// <summary>The same, with 0 on it.</summary>
    FromZero,

    /// <summary>Logarithmic where the values span decades, else <see cref="FromZero"/>.</summary>
    FromZeroOrLog,
}

/// <summary>An axis: from its low to its high end, linear or logarithmic, with ticks.</summary>
/// <param name="Floor">A logarithmic axis has no place for this value and what is less.</param>
internal sealed record Axis(double Low, double High, bool Logarithmic, IReadOnlyList<Tick> Ticks, double Floor = 0)
{
    /// <summary>Nothing that a run means lies beyond it: it is not drawn. Below its inverse all is 0.</summary>
    private const double Huge = 1e100;

    /// <summary>A linear axis hides what is smaller than a hundredth of its height.</summary>
    private const double SpanForLog = 100;

    private const int Intervals = 5;
    private const int MostLogTicks = 8;

    /// <summary>An axis for counts (steps): exactly from the first to the last.</summary>
    public static Axis OfSteps(double first, double last)
    {
        if (first == last)
            return new Axis(first - 0.5, last + 0.5, false, Charts.Ticks.Within(first, last, 1, 1));
        return new Axis(first, last, false, Charts.Ticks.Within(first, last, Intervals, 1));
    }

    /// <summary>An axis for values; those that are not finite do not count.</summary>
    /// <param name="negligible">
    /// Values up to it are rounding: a logarithmic axis leaves them out, a linear one does not magnify them.
    /// </param>
    public static Axis OfValues(IEnumerable<double> values, AxisKind kind, double negligible = 0)
    {
        double[] finite = [.. values.Where(v => Math.Abs(v) <= Huge)];
        if (finite.Length == 0)
            return new Axis(0, 1, false, Charts.Ticks.Around(0, 1, Intervals));
        double[] positive = [.. finite.Where(v => v > negligible)];
        if (kind == AxisKind.FromZeroOrLog && positive.Length > 2 && positive.Max() >= SpanForLog * positive.Min())
            return Log(positive.Min(), positive.Max(), negligible);
        (double low, double high) = Widen(finite.Min(), Math.Max(finite.Max(), negligible), kind != AxisKind.Linear);
        IReadOnlyList<Tick> ticks = Charts.Ticks.Around(low, high, Intervals);
        return new Axis(ticks[0].Value, ticks[^1].Value, false, ticks);
    }

    /// <summary>Whether a value has a place on the axis.</summary>
    public bool Shows(double value) => Math.Abs(value) <= Huge && (!Logarithmic || value > Floor);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Position(double value) => Logarithmic
        ? (Math.Log10(value) - Math.Log10(Low)) / (Math.Log10(High) - Math.Log10(Low))
        : (value - Low) / (High - Low);

    /// <summary>The value at a position.</summary>
    public double ValueAt(double position) => Logarithmic
        ? Math.Pow(10, Math.Log10(Low) + (position * (Math.Log10(High) - Math.Log10(Low))))
        : Low + (position * (High - Low));

    private static Axis Log(double low, double high, double floor)
    {
        IReadOnlyList<Tick> ticks = Charts.Ticks.Logarithmic(low, high, MostLogTicks);
        return new Axis(ticks[0].Value, ticks[^1].Value, true, ticks, floor);
    }

    /// <summary>
    /// Adds zero where it is wanted, and room where all values are (nearly) one: there is no axis without length.
    /// </summary>
    private static (double Low, double High) Widen(double low, double high, bool zero)
    {
        if (zero)
            (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        double size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (size < 1 / Huge)
            return zero ? (0, 1) : (-1, 1);
        if (high - low > 1e-6 * size)
            return (low, high);
        return (low - (0.05 * size), high + (0.05 * size));
    }
}
