using System.CommandLine;

namespace MolEngine.Trainer.Cli;

/// <summary>Writes <c>--help</c>: purpose, usage, arguments, options, examples, exit codes.</summary>
internal static class ManualPage
{
    private const int Width = 100;
    private const int Indent = 2;
    private const int LongestName = 26;

    private static readonly (string, string)[] ExitCodes =
    [
        ("0", "Done."),
        ("1", "The run began and failed."),
        ("2", "A mistake in the command line, the config or the data."),
        ("3", "This machine lacks something: a library, a GPU that was asked for, memory."),
        ("130", "Interrupted (Ctrl-C, SIGTERM)."),
    ];

    private static readonly (string, string)[] EnvironmentVariables =
    [
        ("MOLENGINE_CACHE=DIR", "Where tokens and compiled kernels are kept between runs."),
        ("MOLENGINE_CUDA_PATH=DIR", "Where NVIDIA's libraries are looked for first."),
        ("MOLENGINE_TRACE=1", "Shows where in the program an unexpected error came from."),
    ];

    /// <summary>The page of the program: its verbs.</summary>
    public static void WriteProgram(IEnumerable<Verb> verbs, TextWriter to)
    {
        Paragraph(to, "molengine - continual pre-training that does not forget");
        Section(to, "Usage");
        Paragraph(to, "molengine VERB [ARGUMENTS] [OPTIONS]", Indent);
        Section(to, "Verbs");
        Columns(to, verbs.Select(v => (v.Name, v.Purpose)));
        Section(to, "Options");
        Columns(to, [("--help, -h", "This page; after a verb, the verb's."), ("--version", "The version.")]);
        Section(to, "Examples");
        Examples(
            to,
            [
                ("molengine train examples/first/config.yaml", "Trains a small model from nothing."),
                ("molengine score --help", "The manual page of score."),
            ]);
        Section(to, "Environment");
        Columns(to, EnvironmentVariables);
        Section(to, "Exit codes");
        Columns(to, ExitCodes);
    }

    /// <summary>The page of a verb.</summary>
    public static void WriteVerb(Verb verb, TextWriter to)
    {
        Paragraph(to, $"molengine {verb.Name} - {verb.Purpose}");
        Section(to, "Usage");
        Paragraph(to, Usage(verb), Indent);
        foreach (string paragraph in verb.Details)
        {
            to.WriteLine();
            Paragraph(to, paragraph);
        }

        if (verb.Arguments.Count > 0)
        {
            Section(to, "Arguments");
            Columns(to, verb.Arguments.Select(a => (a.Name, a.Description ?? "")));
        }

        Section(to, "Options");
        Columns(
            to, verb.Options.Select(o => (OptionLabel(o), o.Description ?? "")).Append(("--help, -h", "This page.")));
        if (verb.Table.Title.Length > 0)
        {
            Section(to, verb.Table.Title);
            Columns(to, verb.Table.Lines);
        }

        Section(to, "Examples");
        Examples(to, verb.Examples);
        Section(to, "Exit codes");
        Columns(to, ExitCodes);
    }

    private static string Usage(Verb verb)
    {
        IEnumerable<string> arguments = verb.Arguments.Select(a => a.Name);
        IEnumerable<string> options = verb.Options.Select(o => o.Required ? OptionLabel(o) : $"[{OptionLabel(o)}]");
        return string.Join(' ', new[] { "molengine", verb.Name }.Concat(arguments).Concat(options));
    }

    private static string OptionLabel(Option option) =>
        option.HelpName is null ? option.Name : $"{option.Name} {option.HelpName}";

    private static void Section(TextWriter to, string title)
    {
        to.WriteLine();
        to.WriteLine($"{title}:");
    }

    private static void Examples(TextWriter to, IReadOnlyList<(string Line, string Does)> examples)
    {
        foreach ((string line, string does) in examples)
        {
            to.WriteLine($"{new string(' ', Indent)}{line}");
            Paragraph(to, does, Indent + 4);
        }
    }

    private static void Columns(TextWriter to, IEnumerable<(string Name, string Text)> rows)
    {
        (string Name, string Text)[] all = [.. rows];
        int column = Indent + Math.Min(LongestName, all.Max(r => r.Name.Length)) + 2;
        foreach ((string name, string text) in all)
        {
            string head = new string(' ', Indent) + name;
            bool fits = head.Length <= column - 2;
            if (!fits)
                to.WriteLine(head);
            bool first = fits;
            foreach (string line in Wrap(text, Width - column))
            {
                to.WriteLine((first ? head.PadRight(column) : new string(' ', column)) + line);
                first = false;
            }
        }
    }

    private static void Paragraph(TextWriter to, string text, int indent = 0)
    {
        foreach (string line in Wrap(text, Width - indent))
            to.WriteLine(new string(' ', indent) + line);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : $" {word}";
        }

        yield return line;
    }
}
