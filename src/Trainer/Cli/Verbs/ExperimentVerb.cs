using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ExperimentVerb() : Verb(
    "experiment", "Train the cells of a spec, each with several seeds, and compare them.")
{
    private readonly Argument<string> _spec = RequiredPath(
        "SPEC", "YAML file that says what varies, and what is measured.");

    private readonly Option<string?> _output = OptionalPath(
        "--output", "DIR", "Folder of the experiment. Default: runs/NAME, by the spec's file.");

    private readonly Option<string?> _only = Optional("--only", "CELL", "Run this cell alone, with all seeds.");
    private readonly Option<bool> _dry = Flag(
        "--dry-run", "Check everything, show cells, steps and a forecast, and run nothing.");

    public override IReadOnlyList<Argument> Arguments => [_spec];

    public override IReadOnlyList<Option> Options => [_output, _only, _dry];

    public override IReadOnlyList<string> Details =>
    [
        "A spec names a config of `molengine train`, and cells: each changes some keys of it. Every cell is trained "
            + "with every seed, in a run directory of its own, cells/NAME/seed-N, and compared with the base model as "
            + "`molengine compare` does. All configs are checked before the first run begins.",
        "Each run is a process of its own: what ends one ends no other. A run that fails is told and passed over; the "
            + "exit code is then 1.",
        "The same command goes on where it was stopped: runs that are done are left alone, one that was begun goes on "
            + "from its checkpoint, those that failed are tried again. A folder with runs of other settings is "
            + "refused. Ctrl-C stops when the run at work has saved its last finished step.",
        "report.html, report.md (a table to paste) and experiment.json have of each cell mean and spread over seeds "
            + "with n, the paired test against the baseline cell, and gain against loss, the best cells marked.",
        "Runs share what the base says of their rows where the config has base_cache: true.",
    ];

    public override (string Title, IEnumerable<(string Name, string Text)> Lines) Table =>
        ("Keys of the spec", ExperimentManual.Lines());

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine experiment examples/ablation/ablation.yaml --dry-run", "What it would run, and how long."),
        ("molengine experiment examples/ablation/ablation.yaml --output runs/ablation", "Runs it, or goes on with it."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) => ExperimentRunner.Run(
        new ExperimentOptions(
            arguments.GetRequiredValue(_spec), arguments.GetValue(_output), arguments.GetValue(_only),
            arguments.GetValue(_dry)),
        context);
}
