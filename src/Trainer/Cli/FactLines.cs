namespace MolEngine.Trainer.Cli;

/// <summary>Facts as lines of a name and what it is.</summary>
internal static class FactLines
{
    private const int Column = 14;

    public static void Fact(this CommandContext context, string name, string text) =>
        context.WriteLine(Line(name, text));

    /// <summary>A fact that is a command to be copied.</summary>
    public static void Command(this CommandContext context, string name, string command) =>
        context.WriteCommand(Line(name, command));

    /// <summary>A list under one name; nothing where it is empty.</summary>
    public static void Facts(this CommandContext context, string name, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            context.Fact(name, text);
            name = "";
        }
    }

    private static string Line(string name, string text) => $"{name.PadRight(Column)} {text}";
}
