using System.CommandLine;
using MolEngine.Basics.Files;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ReportVerb() : Verb("report", "Make the report of a run again, or a page of several.")
{
    private readonly Argument<string[]> _runs = new("RUN")
    {
        Description = "Output folder of a run, finished or not.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = given => [.. given.Tokens.Select(t => HomePath.Expand(t.Value))],
    };

    private readonly Option<string?> _html = OptionalPath(
        "--html", "FILE", "The page of several runs. Default: runs.html.");

    public override IReadOnlyList<Argument> Arguments => [_runs];

    public override IReadOnlyList<Option> Options => [_html];

    public override IReadOnlyList<string> Details =>
    [
        "Of one run: writes report.html into its folder, one page without scripts or network, with what was learned "
            + "and what was kept, the curves, the data, samples and the config.",
        "Of several: one page with what became of each, their curves over each other, and the settings in which they "
            + "differ. `molengine compare` measures them beside their base on the same texts and tasks.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine report runs/quickstart", "Writes runs/quickstart/report.html."),
        ("molengine report runs/quickstart runs/quickstart-ce --html both.html", "Two runs side by side."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string[] runs = arguments.GetRequiredValue(_runs);
        string? html = arguments.GetValue(_html);
        if (runs.Length == 1 && html is not null)
            throw Mistake("--html", "expected several runs, whose page it names, got one, whose report lies with it");
        return ReportRunner.Run(runs, html ?? "runs.html", context);
    }
}
