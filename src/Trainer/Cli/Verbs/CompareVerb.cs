using System.CommandLine;
using MolEngine.Runs.Comparisons;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class CompareVerb() : Verb(
    "compare", "Did it forget? Models beside the base they came from, on texts and tasks.")
{
    private readonly Argument<string> _base = Required("BASE", "Model folder that the others came from.");

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = "Run, adapter on BASE, or model folder; NAME=PATH gives it a name.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _adapters = Many("--adapter", "NAME=PATH", "PEFT adapter on BASE, by a name.");
    private readonly Option<string?> _tasks = Optional(
        "--tasks", "T,...", "Tasks, as `molengine eval` has them: names, or paths of task files.");

    private readonly Option<string[]> _data = Many("--data", "DIR", "Folder of the tasks' official files.");
    private readonly Option<string[]> _texts = Many(
        "--texts", "NAME=FILE", "Texts, in any format that a corpus may have: a source by its name.");

    private readonly Option<string?> _domain = Optional(
        "--domain", "NAME,...", "The texts and tasks that were to be learned. All others were to stay what they were.");

    private readonly Option<bool> _heldOut = Flag(
        "--held-out", "What the runs held out from training, and their questions, beside --tasks and --texts.");

    private readonly Option<bool> _checkpoints = Flag(
        "--checkpoints", "Checkpoints of the runs too, on texts: the way to each model, in the picture and the JSON.");

    private readonly Option<int?> _limit = new("--limit")
    {
        HelpName = "N",
        Description = "The first N items of each subset and N documents of each text. Default: all.",
    };

    private readonly Option<string?> _out = Optional(
        "--out", "DIR", "Folder of compare.html, compare.json and all answers. Default: no page, and eval's folder.");

    private readonly Option<string?> _html = Optional("--html", "FILE", "The page: one file that needs no network.");
    private readonly Option<string?> _json = Optional("--json", "FILE", "Every figure, document and item.");
    private readonly Option<bool> _code = Flag(
        "--allow-code-execution", "Run the programs that models write, which code tasks need.");

    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Of the bootstrap, and of answers that are drawn. Default: 42.",
    };

    private readonly DeviceOptions _device = new();

    public override IReadOnlyList<Argument> Arguments => [_base, _models];

    public override IReadOnlyList<Option> Options =>
    [
        _adapters, _tasks, _data, _texts, _domain, _heldOut, _checkpoints, _limit, _out, _html, _json, _code, _seed,
        .. _device.All,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "Without --tasks and --texts, the texts that the named runs held out from training are taken, and their "
            + "questions; with --held-out beside those that are named.",
        "Of texts: cross-entropy before and after; KL divergence in both directions over the whole vocabulary, in "
            + "float64, with what the 31 + 1 classes of training leave out; the base's and the model's mass in the "
            + "base's top 31 tokens, and how many of them are in the model's.",
        "Of tasks: scores before and after, items that went from right to wrong and back, what guessing alone would "
            + "have changed, and calibration. Answers are kept as `molengine eval` keeps them: the same command goes "
            + "on where it was stopped.",
        "Intervals are of 95 %, by a paired bootstrap over documents or items; p is of the exact sign test, which of "
            + "right and wrong answers is McNemar's.",
        Measure.Rule,
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine compare examples/quickstart/model runs/quickstart runs/quickstart-ce --html compare.html",
            "Two runs, on what they held out."),
        ("molengine compare models/base runs/a/adapter --tasks mmlu,medqa --domain medqa --data benchmarks --out cmp",
            "An adapter on benchmarks, of which one was to be learned."),
        ("molengine compare models/base models/tuned --texts web=web.jsonl --texts notes=notes.csv --domain notes",
            "A model on texts, of which the notes were to be learned."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        int? limit = arguments.GetValue(_limit);
        if (limit < 1)
            throw Mistake("--limit", $"expected an integer of at least 1, got {limit}");
        string[] data = arguments.GetValue(_data)!;
        if (data.FirstOrDefault(d => !Directory.Exists(d)) is { } absent)
            throw Mistake("--data", $"{absent}: expected a folder, got {(File.Exists(absent) ? "a file" : "none")}");
        string[] domain = arguments.GetValue(_domain)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        return CompareRunner.Run(
            new CompareOptions(
                Inputs.ModelFolder(arguments.GetRequiredValue(_base), "BASE"), arguments.GetValue(_models)!,
                arguments.GetValue(_adapters)!, arguments.GetValue(_tasks), data, arguments.GetValue(_texts)!, domain,
                arguments.GetValue(_heldOut), arguments.GetValue(_checkpoints), limit, arguments.GetValue(_code),
                arguments.GetValue(_out), arguments.GetValue(_html), arguments.GetValue(_json),
                arguments.GetValue(_seed) ?? 42, _device.Read(arguments)),
            context);
    }

    private static Option<string[]> Many(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = $"{description} May be repeated.",
        DefaultValueFactory = _ => [],
    };
}
