using System.Globalization;

namespace MolEngine.Trainer.Cli;

/// <summary>Facts as lines of a name and what it is.</summary>
internal static class FactLines
{
    private const int Column = 14;

    public static void Fact(this CommandContext context, string name, FormattableString text) =>
        context.Out.WriteLine($"{name.PadRight(Column)} {text.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>A list under one name; nothing where it is empty.</summary>
    public static void Facts(this CommandContext context, string name, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            context.Fact(name, $"{text}");
            name = "";
        }
    }

    /// <summary>"12.3 MiB".</summary>
    public static string Size(long bytes)
    {
        (double amount, string unit) = bytes switch
        {
            >= 1L << 30 => (bytes / (double)(1L << 30), "GiB"),
            >= 1L << 20 => (bytes / (double)(1L << 20), "MiB"),
            _ => (bytes / 1024.0, "KiB"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{amount:N1} {unit}");
    }
}
