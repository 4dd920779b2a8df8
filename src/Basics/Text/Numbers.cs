namespace MolEngine.Basics.Text;

/// <summary>Numbers as people read them.</summary>
public static class Numbers
{
    /// <summary>
    /// KL below it is rounding, not a distance: at the first step both models agree to the bit and give about 1e-17.
    /// </summary>
    public const double KlNoise = 1e-11;

    private const string NotFinite = "not finite";

    /// <summary>
    /// Four significant digits: <c>2.375</c>, <c>0.0487</c>, <c>12,345</c>; with an exponent below a thousandth.
    /// </summary>
    public static string Value(double x)
    {
        if (!double.IsFinite(x))
            return NotFinite;
        double size = Math.Abs(x);
        if (size == 0)
            return "0";
        // Of the rounded number: 0.0099999 is 0.01000 and not 0.010000.
        string rounded = size.ToString("E3");
        int exponent = int.Parse(rounded.AsSpan(rounded.IndexOf('E') + 1));
        if (exponent >= 9)
            return x.ToString("0.###e0");
        if (exponent < -3)
            return x.ToString("0.##e0");
        int decimals = Math.Clamp(3 - exponent, 0, 6);
        return x.ToString($"N{decimals}");
    }

    /// <summary>A KL divergence; what is only rounding is called so.</summary>
    public static string Kl(double x) => Math.Abs(x) < KlNoise ? "<\u00a01e-11" : Value(x);

    /// <summary>Four decimals, or an exponent where they would show nothing.</summary>
    public static string Fixed(double x) => Math.Abs(x) is >= 1e-3 or 0 ? $"{x:F4}" : $"{x:0.00e+00}";

    /// <summary>A KL divergence for columns of <see cref="Fixed"/>; what is only rounding is called so.</summary>
    public static string FixedKl(double x) => Math.Abs(x) < KlNoise ? "< 1e-11" : Fixed(x);

    /// <summary>A number with its sign, the minus as typographers have it.</summary>
    public static string Signed(double x) => !double.IsFinite(x) ? NotFinite
        : x == 0 ? "0" : (x < 0 ? "\u2212" : "+") + Value(Math.Abs(x));

    /// <summary>A relative change, from a share: -0.135 is <c>−13.5 %</c>, its parts not to be torn apart.</summary>
    public static string SignedPercent(double share) => !double.IsFinite(share) ? NotFinite
        : (share < 0 ? "\u2212" : "+") + Percent(Math.Abs(share));

    public static string Percent(double share) =>
        !double.IsFinite(share) ? NotFinite : (100 * share).ToString("N1") + "\u00a0%";

    /// <summary><c>2 h 05 min</c>, <c>4 min 10 s</c>, <c>12 s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{(long)time.TotalHours:N0}\u00a0h\u00a0{time.Minutes:D2}\u00a0min",
        { TotalMinutes: >= 1 } => $"{time.Minutes}\u00a0min\u00a0{time.Seconds:D2}\u00a0s",
        _ => $"{time.TotalSeconds:0.#}\u00a0s",
    };
}
