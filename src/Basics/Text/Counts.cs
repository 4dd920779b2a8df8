namespace MolEngine.Basics.Text;

/// <summary>Counts as people read them.</summary>
public static class Counts
{
    /// <summary>"12,345".</summary>
    public static string Of(long n) => n.ToString("N0");

    /// <summary>"1 step", "2 steps".</summary>
    /// <param name="many">The plural where it is not <paramref name="one"/> and an s.</param>
    public static string Of(long n, string one, string? many = null) =>
        $"{Of(n)} {(n == 1 ? one : many ?? one + "s")}";

    /// <summary>"1 epoch", "1.5 epochs": three decimals at most.</summary>
    /// <inheritdoc cref="Of(long, string, string)" path="/param"/>
    public static string Of(double n, string one, string? many = null)
    {
        string shown = n.ToString("0.###");
        return $"{shown} {(shown == "1" ? one : many ?? one + "s")}";
    }
}
