using System.CommandLine;
using MolEngine.Basics.Files;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class InitVerb() : Verb("init", "Looks at a model and files, and writes a first config.")
{
    private const string Usual = "run.yaml";

    private readonly Argument<string> _model = RequiredPath(
        "MODEL", "Model folder, or its name on the Hugging Face Hub.");

    private readonly Argument<string[]> _corpora = new("CORPUS")
    {
        CustomParser = given => [.. given.Tokens.Select(t => HomePath.Expand(t.Value))],
        Description = "Files, folders, patterns in quotes or hf:// addresses: each is a corpus.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _output = OptionalPath(
        "--output", "FILE", $"The config to write. Default: {Usual}.");

    private readonly Option<bool> _force = Flag("--force", "Writes over a file of that name.");

    public override IReadOnlyList<Argument> Arguments => [_model, _corpora];

    public override IReadOnlyList<Option> Options => [_output, _force];

    public override IReadOnlyList<string> Details =>
    [
        "Every corpus is read, tokenized and counted as training would; its tokens are kept for the run. What "
            + "cannot be trained on as it is stays out of the config, and is told with what to do.",
        "Which corpus is domain (learned) and which general (held to) is a guess, and marked as one: general is "
            + "what has a word like general, everyday, books, wiki, web, chat, alpaca or sharegpt in the name of its "
            + "file or folder, and none of a field, such as medical; where no name has, the one with more tokens than "
            + "all others together; where all have, all but the first. A corpus alone is domain.",
        "The context is the least power of two, from 512 on, of which 90 % of the domain tokens are in "
            + "documents that are not longer; at most 8192, on the CPU 2048, and what the model takes. Below a "
            + "million domain tokens there are three epochs, below ten million two. The global batch makes about 100 "
            + "steps, of 4 to 128 rows; general rows are fewer than domain rows where an epoch would see them more "
            + "than four times. Validations and checkpoints come about eight times.",
        "Memory is planned as `molengine plan` does it, for the GPU that training would take, else for the "
            + "host, and where it is too small what costs least is changed. LoRA is always the method; whether all "
            + "parameters would fit is told.",
        "Paths are written relative to the config where they lie below its folder, else in full. Keys at their "
            + "defaults are comments.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine init models/base cardiology.jsonl everyday.jsonl", "A config for two corpora: run.yaml."),
        ("molengine init Qwen/Qwen3-0.6B notes/ 'web/*.jsonl.gz' hf://datasets/ORG/NAME --output notes.yaml",
            "A named model; a folder, a pattern and a data set."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string given = arguments.GetRequiredValue(_model);
        string model = Inputs.ModelFolder(given, "MODEL");
        NamedInputs.RequireWhole(model);
        string[] corpora = arguments.GetRequiredValue(_corpora);
        if (corpora.GroupBy(c => c).FirstOrDefault(c => c.Count() > 1) is { } twice)
            throw Mistake("CORPUS", $"{twice.Key}: expected each once, got it {twice.Count()} times");
        string output = arguments.GetValue(_output) ?? Usual;
        if (Path.GetExtension(output).ToLowerInvariant() is not (".yaml" or ".yml"))
            throw Mistake("--output", $"expected a file named .yaml, got {output}");
        return InitRunner.Run(
            new InitOptions(given, model, corpora, output, arguments.GetValue(_force)), context);
    }
}
