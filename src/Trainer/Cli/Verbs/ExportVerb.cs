using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

/// <param name="To">Folder to write; absent or empty.</param>
internal sealed record ExportOptions(string Adapter, string Model, string To, bool Merge);

internal sealed class ExportVerb() : Verb("export", "Write an adapter for PEFT, or merge it into its model.")
{
    private readonly Argument<string> _adapter = Required(
        "ADAPTER", "Folder with adapter_config.json and adapter_model.safetensors.");
    private readonly Option<string> _model = RequiredOption(
        "--model", "DIR", "Model folder that the adapter belongs to.");
    private readonly Option<string> _to = RequiredOption("--to", "DIR", "Folder to write; it must be absent or empty.");
    private readonly Option<bool> _merge = Flag(
        "--merge", "Write a whole Hugging Face folder with the adapter merged into the weights.");

    public override IReadOnlyList<Argument> Arguments => [_adapter];

    public override IReadOnlyList<Option> Options => [_model, _to, _merge];

    public override IReadOnlyList<string> Details =>
    [
        "The adapter is checked against the model's shapes. Merging is done in fp32 and rounded once; config, "
            + "generation config and tokenizer files come along, and weights above 5 GB are written as shards.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine export runs/a/adapter --model models/base --to out/adapter", "A PEFT adapter."),
        ("molengine export runs/a/adapter --model models/base --to out/merged --merge",
            "A model that needs no adapter."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) => ExportRunner.Run(
        new ExportOptions(
            Inputs.AdapterFolder(arguments.GetRequiredValue(_adapter), "ADAPTER")!,
            Inputs.ModelFolder(arguments.GetRequiredValue(_model), "--model"),
            Inputs.EmptyFolder(arguments.GetRequiredValue(_to), "--to"),
            arguments.GetValue(_merge)),
        context);
}
