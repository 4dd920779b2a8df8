using System.CommandLine;
using MolEngine.Runs;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ReportVerb() : Verb("report", "Make the report of a run again.")
{
    private readonly Argument<string> _run = RequiredPath("RUN", "Output folder of a run, finished or not.");

    public override IReadOnlyList<Argument> Arguments => [_run];

    public override IReadOnlyList<string> Details =>
    [
        "Writes report.html into the folder: one page without scripts or network, with what was learned and what was "
            + "kept, the curves, the data, samples and the config.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
        [("molengine report runs/quickstart", "Writes runs/quickstart/report.html.")];

    public override int Run(ParseResult arguments, CommandContext context) =>
        ReportRunner.Run(RunDirectory.Open(arguments.GetRequiredValue(_run)), context);
}
