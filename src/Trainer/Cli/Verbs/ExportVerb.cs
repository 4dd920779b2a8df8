using System.CommandLine;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ExportVerb() : Verb(
    "export", "Write a run's adapter or model, or an adapter, for PEFT and transformers.")
{
    private readonly Argument<string> _source = RequiredPath(
        "SOURCE", "Run directory, or adapter folder (adapter_config.json and adapter_model.safetensors).");
    private readonly Option<string?> _model = OptionalPath(
        "--model", "DIR", "Model folder that the adapter belongs to. Default: the one in the run's config.");
    private readonly Option<string> _to = RequiredPathOption(
        "--to", "DIR", "Folder to write; it must be absent or empty.");
    private readonly Option<bool> _merge = Flag(
        "--merge", "Write a whole Hugging Face folder with the adapter merged into the weights.");

    private readonly Option<string?> _type = Optional(
        "--dtype", "TYPE", "With --merge: float32, bfloat16 or float16 for every weight. Default: the model's own.");

    public override IReadOnlyList<Argument> Arguments => [_source];

    public override IReadOnlyList<Option> Options => [_to, _model, _merge, _type];

    public override IReadOnlyList<string> Details =>
    [
        "Of a run with method: lora this is its PEFT adapter, or with --merge a model; of a run with method: full its "
            + "model, with or without --merge. A run that is not finished gives the state of its newest checkpoint, "
            + "and says so. Its corpora need not be there.",
        "The adapter is checked against the model's shapes. Merging is done in float64 and rounded once; config, "
            + "generation config and tokenizer files come along, and weights above 5 GB are written as shards.",
        "A run that was trained with a chat template of its own (chat_template) gives a model that has it.",
        "bfloat16 has 8 bits for a number: rounding may move the merged weights about as far as a small adapter does. "
            + "How far is said; and with the model in place, the adapter and the merged weights are measured on a few "
            + "texts, on the CPU: the first documents of the run's corpora, else texts that the model writes. Where "
            + "they differ, --dtype float32 is offered.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine export runs/a --to out/adapter", "The PEFT adapter of a run."),
        ("molengine export runs/a --to out/merged --merge", "A model that needs no adapter."),
        ("molengine export downloads/adapter --model models/base --to out/merged --merge", "The same of any adapter."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string source = Inputs.Place(arguments.GetRequiredValue(_source));
        PathKind kind = PathKinds.Of(source, "SOURCE", PathKind.Adapter, PathKind.Run);
        string? model = arguments.GetValue(_model);
        if (kind == PathKind.Adapter && model is null)
            throw Mistake("--model", $"missing: expected the model folder that the adapter {source} belongs to");
        bool merges = arguments.GetValue(_merge);
        return ExportRunner.Run(
            new ExportOptions(
                source,
                kind == PathKind.Run,
                model is null ? null : Inputs.ModelFolder(model, "--model"),
                Inputs.EmptyFolder(arguments.GetRequiredValue(_to), "--to"),
                merges,
                TypeOf(arguments.GetValue(_type), merges)),
            context);
    }

    private DType? TypeOf(string? name, bool merges) => (name, merges) switch
    {
        (null, _) => null,
        (_, false) => throw Mistake("--dtype", "expected --merge with it: an adapter alone is written in float32"),
        ("float32", _) => DType.F32,
        ("bfloat16", _) => DType.BF16,
        ("float16", _) => DType.F16,
        _ => throw Mistake("--dtype", $"expected float32, bfloat16 or float16, got {name}"),
    };
}
