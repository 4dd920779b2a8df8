namespace MolEngine.Runs.Reports.Charts;

/// <summary>Round numbers along an axis.</summary>
internal static class Ticks
{
    /// <summary>
    /// The value above which a label of an axis is written with k, M or G, and below whose inverse with an exponent.
    /// </summary>
    private const double Large = 1e4;

    private static readonly (double Unit, string Suffix)[] Units = [(1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary>
    /// Multiples of 1, 2 or 5 times a power of ten, the first at or below <paramref name="low"/> and the last at or
    /// above <paramref name="high"/>.
    /// </summary>
    /// <param name="intervals">About how many intervals; what comes out is at most two more than that.</param>
    /// <param name="smallest">No step is smaller: 1 for counts.</param>
    public static IReadOnlyList<Tick> Around(double low, double high, int intervals, double smallest = 0)
    {
        (int mantissa, int exponent) = Step(low, high, intervals, smallest);
        double first = Math.Floor(Quotient(low, mantissa, exponent));
        double last = Math.Ceiling(Quotient(high, mantissa, exponent));
        return Multiples(first, last, mantissa, exponent);
    }

    /// <summary>The same numbers, but only those between the two.</summary>
    public static IReadOnlyList<Tick> Within(double low, double high, int intervals, double smallest = 0)
    {
        (int mantissa, int exponent) = Step(low, high, intervals, smallest);
        double first = Math.Ceiling(Quotient(low, mantissa, exponent));
        double last = Math.Floor(Quotient(high, mantissa, exponent));
        return Multiples(first, last, mantissa, exponent);
    }

    /// <summary>
    /// For a logarithmic axis: powers of ten, thinned where they are many, with their doubles and fivefolds where they
    /// are few. The first is at or below <paramref name="low"/>, the last at or above <paramref name="high"/>.
    /// </summary>
    /// <param name="low">Positive, as is <paramref name="high"/>.</param>
    public static IReadOnlyList<Tick> Logarithmic(double low, double high, int most)
    {
        double decades = Math.Log10(high) - Math.Log10(low);
        int[] mantissas = decades < 2 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
        int floor = (int)Math.Floor(Math.Log10(low));
        int ceiling = (int)Math.Ceiling(Math.Log10(high));
        int stride = Math.Max(1, (ceiling - floor + most - 2) / (most - 1));
        var candidates = new List<(double Value, int Mantissa, int Exponent)>();
        for (int exponent = floor - 1; exponent <= ceiling + stride; exponent++)
        {
            if ((exponent - floor) % stride == 0)
                candidates.AddRange(mantissas.Select(m => (Value(m, exponent), m, exponent)));
        }

        int first = candidates.FindLastIndex(c => c.Value <= low * (1 + 1e-9));
        int last = candidates.FindIndex(c => c.Value >= high * (1 - 1e-9));
        bool plain = floor >= -3 && ceiling <= 4;
        return [.. candidates[first..(last + 1)].Select(c => new Tick(c.Value, plain
            ? c.Value.ToString("#,0.####")
            : $"{c.Mantissa}e{c.Exponent}"))];
    }

    /// <summary>m x 10^e as the double nearest to it: 3 x 10^-1 is 0.3, while 3 x 0.1 is not.</summary>
    private static double Value(double mantissa, int exponent) =>
        exponent < 0 ? mantissa / Math.Pow(10, -exponent) : mantissa * Math.Pow(10, exponent);

    private static (int Mantissa, int Exponent) Step(double low, double high, int intervals, double smallest)
    {
        double raw = Math.Max((high - low) / intervals, smallest);
        int exponent = (int)Math.Floor(Math.Log10(raw));
        foreach (int mantissa in (ReadOnlySpan<int>)[1, 2, 5])
        {
            if (Value(mantissa, exponent) >= raw * (1 - 1e-9))
                return (mantissa, exponent);
        }

        return (1, exponent + 1);
    }

    /// <summary>How often a step goes into a value; a whole number where it is one but for rounding.</summary>
    private static double Quotient(double value, int mantissa, int exponent)
    {
        double quotient = value / Value(mantissa, exponent);
        double whole = Math.Round(quotient);
        return Math.Abs(quotient - whole) < 1e-9 * Math.Max(1, Math.Abs(whole)) ? whole : quotient;
    }

    private static Tick[] Multiples(double first, double last, int mantissa, int exponent)
    {
        int count = (int)(last - first) + 1;
        double[] values = new double[Math.Max(0, count)];
        for (int i = 0; i < values.Length; i++)
            values[i] = Value((first + i) * mantissa, exponent);
        double largest = values.Length == 0 ? 0 : values.Max(Math.Abs);
        return [.. values.Select(v => new Tick(v, Label(v, largest, exponent)))];
    }

    /// <summary>A label with as many digits as tell the axis's ticks apart, in the same manner all along it.</summary>
    private static string Label(double value, double largest, int exponent)
    {
        if (value == 0)
            return "0";
        int top = (int)Math.Floor(Math.Log10(largest));
        if (largest is >= 1e12 or < 1e-3)
        {
            int own = (int)Math.Floor(Math.Log10(Math.Abs(value)) + 1e-9);
            double mantissa = Math.Round(value / Value(1, own), Math.Clamp(own - exponent, 0, 15));
            return $"{mantissa}e{own}";
        }

        (double unit, string suffix) = largest >= Large ? Units.First(u => largest >= u.Unit) : (1, "");
        int decimals = Math.Max(0, (int)Math.Round(Math.Log10(unit)) - exponent);
        return (value / unit).ToString($"N{Math.Min(decimals, 15)}") + suffix;
    }
}
