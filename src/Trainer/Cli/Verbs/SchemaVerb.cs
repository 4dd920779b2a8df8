using System.CommandLine;
using MolEngine.Evaluation.Tasks;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Experiments;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class SchemaVerb() : Verb("schema", "The JSON Schema of a config: editors complete and check by it.")
{
    private readonly Argument<string> _kind = new("KIND")
    {
        Description = "run: the config of molengine train; task: a task of molengine eval; experiment: a spec of "
            + "molengine experiment.",
        DefaultValueFactory = _ => "run",
    };

    public override IReadOnlyList<Argument> Arguments => [_kind];

    public override IReadOnlyList<string> Details =>
    [
        "Every config that molengine reads fits its schema. Limits of numbers, and what takes more than one key, only "
            + "the program checks.",
        "The first line of a config names it: # yaml-language-server: $schema=run.schema.json",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine schema > run.schema.json", "Of a run's config."),
        ("molengine schema task > task.schema.json", "Of a task's file."),
        ("molengine schema experiment > experiment.schema.json", "Of an experiment's spec."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        context.Out.WriteLine(arguments.GetValue(_kind) switch
        {
            "run" => JsonSchema.Of(ConfigTable.Keys, "A run of molengine train"),
            "task" => JsonSchema.Of(TaskTable.Keys, "A task of molengine eval"),
            "experiment" => JsonSchema.Of(ExperimentTable.Keys, "A spec of molengine experiment"),
            var other => throw Mistake("KIND", $"expected run, task or experiment, got {other}"),
        });
        return ExitCode.Done;
    }
}
