namespace MolEngine.Trainer.Cli;

/// <summary>Facts as lines of a name and what it is.</summary>
internal static class FactLines
{
    private const int Column = 14;

    public static void Fact(this CommandContext context, string name, string text) =>
        context.Out.WriteLine($"{name.PadRight(Column)} {text}");

    /// <summary>A list under one name; nothing where it is empty.</summary>
    public static void Facts(this CommandContext context, string name, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            context.Fact(name, text);
            name = "";
        }
    }
}
