using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ScoreVerb() : Verb(
    "score", "Cross-entropy of a model on texts, and its KL divergence from a base model.")
{
    private readonly Argument<string> _model = RequiredPath("MODEL", "Model folder.");
    private readonly Option<string?> _adapter = OptionalPath("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<string?> _base = OptionalPath(
        "--base", "DIR", "Model folder to measure KL to. Default: MODEL without its adapter, where one is given.");
    private readonly Option<string> _input = RequiredPathOption(
        "--input", "FILE", "Records of any kind that a corpus has: texts, pairs, dialogues.");
    private readonly DeviceOptions _device = new();
    private readonly Option<bool> _json = Flag("--json", "One JSON object instead of a table.");

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options => [_adapter, _base, _input, .. _device.All, _json];

    public override IReadOnlyList<string> Details =>
    [
        "Records are read, and begin, as in training; no token for the end of a document is added. mean_ce is over all "
            + "tokens but the first (null for a text of one token); mean_kl, the reverse KL over the base's top 31 "
            + "tokens and the rest as one class, is there where there is a base.",
        "JSON: {\"documents\": [{\"tokens\", \"mean_ce\", \"mean_kl\"}, ...], \"mean_ce\", \"mean_kl\"}; the totals "
            + "weigh each text by its predicted tokens.",
        "On a GPU activations are bf16, and figures good to about 1 %; --precision fp32 has the CPU's, in more time.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine score models/base --input held_out.jsonl", "A line a text, and the mean."),
        ("molengine score models/base --adapter runs/a/adapter --input held_out.jsonl --json",
            "With an adapter, KL to the model without it too."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) => ScoreRunner.Run(
        new ScoreOptions(
            Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL"),
            Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter"),
            arguments.GetValue(_base) is { } folder ? Inputs.ModelFolder(folder, "--base") : null,
            Inputs.File(arguments.GetRequiredValue(_input), "--input"),
            _device.Read(arguments),
            arguments.GetValue(_json)),
        context);
}
