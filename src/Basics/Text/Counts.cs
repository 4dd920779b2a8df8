using System.Globalization;

namespace MolEngine.Basics.Text;

/// <summary>Whole numbers as people read them.</summary>
public static class Counts
{
    /// <summary>"12,345".</summary>
    public static string Of(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 step", "2 steps".</summary>
    /// <param name="many">The plural where it is not <paramref name="one"/> and an s.</param>
    public static string Of(long n, string one, string? many = null) =>
        $"{Of(n)} {(n == 1 ? one : many ?? one + "s")}";
}
