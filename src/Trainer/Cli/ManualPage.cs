using System.CommandLine;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli;

/// <summary>Writes <c>--help</c>: purpose, usage, arguments, options, examples, exit codes.</summary>
/// <param name="columns">That a line may have; more than some are hard to read.</param>
internal sealed class ManualPage(TextWriter to, int columns)
{
    private const int MostColumns = 100;
    private const int Indent = 2;
    private const int LongestName = 26;

    private readonly int _width = Math.Min(MostColumns, columns);

    private static readonly (string, string)[] ExitCodes =
    [
        ("0", "Done."),
        ("1", "The run began and failed."),
        ("2", "A mistake in the command line, the config or the data."),
        ("3", "This machine lacks something: a library, a GPU that was asked for, memory."),
        ("130", "Interrupted (Ctrl-C, SIGTERM, SIGHUP)."),
    ];

    private static readonly (string, string)[] EnvironmentVariables =
    [
        ("MOLENGINE_CACHE=DIR", "Where tokens and compiled kernels are kept between runs."),
        ("MOLENGINE_CUDA_PATH=DIR", "Where NVIDIA's libraries are looked for first."),
        Terminal.Manual,
        ("HF_HOME, HF_TOKEN, ...", "Hugging Face's cache and account: `molengine download --help` lists them."),
        ("MOLENGINE_TRACE=1", "Shows where in the program an unexpected error came from."),
    ];

    /// <summary>The page of the program: its verbs.</summary>
    public void WriteProgram(IEnumerable<Verb> verbs)
    {
        Paragraph("molengine - continual pre-training that does not forget");
        Section("Usage");
        Paragraph("molengine VERB [ARGUMENTS] [OPTIONS]", Indent);
        Section("Verbs");
        Columns(verbs.Select(v => (v.Name, v.Purpose)));
        Section("Options");
        Columns([("--help, -h", "This page; after a verb, the verb's."), ("--version", "The version.")]);
        Section("Examples");
        Examples(
        [
            ("molengine train examples/quickstart/config.yaml", "Teaches a small model a new field."),
            ("molengine score --help", "The manual page of score."),
        ]);
        Section("Environment");
        Columns(EnvironmentVariables);
        Section("Exit codes");
        Columns(ExitCodes);
    }

    /// <summary>The page of a verb.</summary>
    public void WriteVerb(Verb verb)
    {
        Paragraph($"molengine {verb.Name} - {verb.Purpose}");
        Section("Usage");
        Paragraph(Usage(verb), Indent);
        foreach (string paragraph in verb.Details)
        {
            to.WriteLine();
            Paragraph(paragraph);
        }

        if (verb.Arguments.Count > 0)
        {
            Section("Arguments");
            Columns(verb.Arguments.Select(a => (a.Name, a.Description ?? "")));
        }

        Section("Options");
        Columns(verb.Options.Select(o => (OptionLabel(o), o.Description ?? "")).Append(("--help, -h", "This page.")));
        if (verb.Table.Title.Length > 0)
        {
            Section(verb.Table.Title);
            Columns(verb.Table.Lines);
        }

        Section("Examples");
        Examples(verb.Examples);
        Section("Exit codes");
        Columns(ExitCodes);
    }

    private static string Usage(Verb verb)
    {
        IEnumerable<string> arguments = verb.Arguments.Select(a => a.Name);
        IEnumerable<string> options = verb.Options.Select(o => o.Required ? OptionLabel(o) : $"[{OptionLabel(o)}]");
        return string.Join(' ', new[] { "molengine", verb.Name }.Concat(arguments).Concat(options));
    }

    private static string OptionLabel(Option option) =>
        option.HelpName is null ? option.Name : $"{option.Name} {option.HelpName}";

    private void Section(string title)
    {
        to.WriteLine();
        to.WriteLine($"{title}:");
    }

    private void Examples(IReadOnlyList<(string Line, string Does)> examples)
    {
        foreach ((string line, string does) in examples)
        {
            foreach (string row in WrappedText.Command($"{new string(' ', Indent)}{line}", _width))
                to.WriteLine(row);
            Paragraph(does, Indent + 4);
        }
    }

    private void Columns(IEnumerable<(string Name, string Text)> rows)
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
            foreach (string line in WrappedText.Rows(text, _width - column))
            {
                to.WriteLine((first ? head.PadRight(column) : new string(' ', column)) + line);
                first = false;
            }
        }
    }

    private void Paragraph(string text, int indent = 0)
    {
        foreach (string line in WrappedText.Rows(text, _width - indent))
            to.WriteLine(new string(' ', indent) + line);
    }
}
