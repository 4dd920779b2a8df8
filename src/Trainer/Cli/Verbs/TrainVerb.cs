using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class TrainVerb() : Verb("train", "Train a model on domain text without losing what it knew.")
{
    private readonly Argument<string> _config = Required(
        "CONFIG", "YAML file that says what is trained, on what, and how.");

    private readonly Option<string[]> _set = new("--set")
    {
        HelpName = "KEY=VALUE",
        Description = "Sets a key of the config, over the file; VALUE is YAML. May be given several times.",
        Arity = ArgumentArity.OneOrMore,
    };

    public override IReadOnlyList<Argument> Arguments => [_config];

    public override IReadOnlyList<Option> Options => [_set];

    public override IReadOnlyList<string> Details =>
    [
        "Domain corpora learn by cross-entropy; general corpora are held to the base model by a reverse KL divergence "
            + "(Mixture of Losses). "
            + "Documents are packed into rows; the run prints its progress, validates on held-out documents, and "
            + "leaves metrics.jsonl, the resolved config and a PEFT adapter (method: lora) or a Hugging Face folder "
            + "(method: full) in the output folder.",
        "Relative paths of model and corpora are looked up beside the config, then in the current directory; output "
            + "is relative to the current directory.",
    ];

    public override (string Title, IEnumerable<(string Name, string Text)> Lines) Table =>
        ("Keys of the config", ConfigManual.Lines());

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine train examples/first/config.yaml", "Trains a small model from random weights, in a minute or two."),
        ("molengine train run.yaml --set output=runs/b --set loss.kind=ce --set optimizer.learning_rate=5e-4",
            "The same config with three keys changed."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        RunConfig config = RunConfigLoader.Load(arguments.GetRequiredValue(_config), arguments.GetValue(_set) ?? []);
        return TrainRunner.Run(config, context);
    }
}
