using System.Globalization;

namespace MolEngine.Trainer.Reporting.Html;

/// <summary>Numbers as people read them.</summary>
internal static class Numbers
{
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
        if (size >= 1e9)
            return x.ToString("0.###e0", CultureInfo.InvariantCulture);
        if (size < 1e-3)
            return x.ToString("0.##e0", CultureInfo.InvariantCulture);
        int decimals = Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 6);
        return x.ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>A KL divergence; what is only rounding is called so.</summary>
    public static string Kl(double x) => Math.Abs(x) < Charts.Axis.Noise ? "< 1e-11" : Value(x);

    /// <summary>With its sign, the minus as typographers have it.</summary>
    public static string Signed(double x) => !double.IsFinite(x) ? NotFinite
        : x == 0 ? "0" : (x < 0 ? "\u2212" : "+") + Value(Math.Abs(x));

    /// <summary>A relative change, from a share: -0.135 is <c>−13.5 %</c>.</summary>
    public static string SignedPercent(double share) => !double.IsFinite(share) ? NotFinite
        : (share < 0 ? "\u2212" : "+") + Percent(Math.Abs(share));

    public static string Percent(double share) =>
        !double.IsFinite(share) ? NotFinite : (100 * share).ToString("N1", CultureInfo.InvariantCulture) + " %";

    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>2 h 05 min</c>, <c>4 min 10 s</c>, <c>12 s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(
            CultureInfo.InvariantCulture, $"{(long)time.TotalHours:N0} h {time.Minutes:D2} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
    };

    /// <summary>"1 step", "2 steps".</summary>
    public static string Of(long n, string one, string? many = null) =>
        $"{Count(n)} {(n == 1 ? one : many ?? one + "s")}";
}
