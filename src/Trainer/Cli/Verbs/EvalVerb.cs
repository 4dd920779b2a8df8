using System.CommandLine;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class EvalVerb() : Verb("eval", "Measure a model on benchmarks, as the public harnesses do.")
{
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = "Model folder. Not with --list and --show.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _adapter = Optional("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<string?> _tasks = Optional(
        "--tasks", "T,...", "Tasks: names of --list (mmlu_clinical, medqa@opencompass), or paths of task files.");

    private readonly Option<string[]> _data = new("--data")
    {
        HelpName = "DIR",
        Description = "Folder of the official files; may be repeated. Without it only the Hugging Face cache is asked.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _limit = Count("--limit", "N", "The first N items of each subset. Default: all.");
    private readonly Option<int?> _shots = Count("--shots", "N", "Examples before a question. Default: the task's.");
    private readonly Option<string?> _turns = Optional(
        "--shots-as", "FORM", "With a chat template: turns, or text in the user's turn. Default: the task's.");

    private readonly Option<string?> _mode = Optional(
        "--mode", "MODE",
        "think, non-think or domain: how answers are drawn, and whether the model thinks. Default: the task's way.");

    private readonly Option<bool> _chat = Flag("--chat", "Use the model's chat template in every task.");
    private readonly Option<bool> _noChat = Flag("--no-chat", "Use it in none.");
    private readonly Option<int?> _maxTokens = Count("--max-tokens", "N", "Tokens of an answer. Default: the task's.");
    private readonly Option<int?> _samples = Count(
        "--samples", "K", "Answers to each question, averaged (avg@K). Default: the task's.");

    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "The same seed draws the same answers. Default: 42.",
    };

    private readonly Option<int?> _batch = Count(
        "--batch", "N", "Prompts at once: speed and memory, never the result. Default: 8 on the CPU, 32 on a GPU.");

    private readonly Option<bool> _code = Flag(
        "--allow-code-execution", "Run the programs that the model writes, which code tasks need.");

    private readonly Option<string?> _output = Optional(
        "--output", "DIR", "Folder of the answers, written as they come. Default: evals/NAME of the model.");

    private readonly Option<string?> _json = new("--json")
    {
        HelpName = "FILE",
        Description = "One JSON object with every answer instead of the table; into FILE, where one is named.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _list = Flag("--list", "List the tasks.");
    private readonly Option<string?> _show = Optional("--show", "TASK", "Show a task's file, to begin one's own with.");
    private readonly DeviceOptions _device = new();

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options =>
    [
        _adapter, _tasks, _data, _limit, _shots, _turns, _mode, _chat, _noChat, _maxTokens, _samples, _seed, _batch,
        _code, _output, _json, _list, _show, .. _device.All,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "A task asks as a harness does, and names it with its version beside every number: a plain name is "
            + "lm-evaluation-harness's way, NAME@opencompass is OpenCompass's. The two give one model different "
            + "numbers. Chat templates are used as the harness does by default: lm-evaluation-harness none, "
            + "OpenCompass the model's; --chat and --no-chat say otherwise.",
        "Scores come with 95 % intervals: Wilson's for shares, a bootstrap over items for averages of several answers "
            + "and for perplexities.",
        "Data comes from official files below --data, or from the Hugging Face cache (`molengine download "
            + "datasets/ORG/NAME`). Nothing is shipped but prompts.",
        "Answers are in the output folder as they come, a JSON line each with prompt and continuations exactly as "
            + "scored. The same command goes on where it was stopped; an --output of another model, task, setting or "
            + "data is refused, and what differs is named.",
        "--mode: think draws with temperature 0.6, top-p 0.95, top-k 20; non-think with 0.7, 0.8, 20 and a presence "
            + "penalty of 1.5; domain with temperature 0.01; all up to 30,720 tokens. Only written answers are drawn.",
        "Prompts longer than the model's context are cut from the left, and counted.",
        "A task file is YAML with the keys below; `molengine eval --show mmlu` is an example.",
    ];

    public override (string Title, IEnumerable<(string Name, string Text)> Lines) Table =>
        ("Keys of a task file", TaskTable.Manual());

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine eval models/base --tasks mmlu_clinical,medqa --data benchmarks", "1,089 and 1,273 questions."),
        ("molengine eval models/base --adapter runs/a/adapter --tasks gsm8k --data gsm8k --limit 100",
            "A model with an adapter, on the first hundred items."),
        ("molengine eval models/base --tasks mine.yaml --data . --json results.json", "A task of one's own."),
        ("molengine eval --list", "The tasks."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string? model = arguments.GetValue(_model), tasks = arguments.GetValue(_tasks);
        string? show = arguments.GetValue(_show);
        if (arguments.GetValue(_list))
            return EvalRunner.List(context);
        if (show is not null)
            return EvalRunner.Show(show, context);
        if (model is null || tasks is null)
            throw Mistake("MODEL, --tasks", "expected both (or --list, or --show), got only one or none");
        bool chat = arguments.GetValue(_chat), noChat = arguments.GetValue(_noChat);
        if (chat && noChat)
            throw Mistake("--chat, --no-chat", "expected at most one of them, got both");
        string[] data = arguments.GetValue(_data)!;
        if (data.FirstOrDefault(d => !Directory.Exists(d)) is { } absent)
            throw Mistake("--data", $"{absent}: expected a folder, got {(File.Exists(absent) ? "a file" : "none")}");
        var settings = new EvalSettings
        {
            Limit = AtLeast(arguments, _limit, 1),
            Shots = AtLeast(arguments, _shots, 0),
            ShotsAsTurns = Turns(arguments.GetValue(_turns)),
            Mode = Mode(arguments.GetValue(_mode)),
            Chat = chat ? true : noChat ? false : null,
            MaxTokens = AtLeast(arguments, _maxTokens, 1),
            Samples = AtLeast(arguments, _samples, 1),
            Seed = arguments.GetValue(_seed) ?? 42,
        };
        return EvalRunner.Run(
            new EvalOptions(
                Inputs.ModelFolder(model, "MODEL"), Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter"),
                tasks, data, arguments.GetValue(_output), settings, AtLeast(arguments, _batch, 1),
                arguments.GetValue(_code), arguments.GetResult(_json) is not null, arguments.GetValue(_json),
                _device.Read(arguments)),
            context);
    }

    private static EvalMode? Mode(string? given) => given switch
    {
        null => null,
        "think" => EvalMode.Think,
        "non-think" => EvalMode.NonThink,
        "domain" => EvalMode.Domain,
        _ => throw Mistake("--mode", $"expected think, non-think or domain, got {given}"),
    };

    private static bool? Turns(string? given) => given switch
    {
        null => null,
        "turns" => true,
        "text" => false,
        _ => throw Mistake("--shots-as", $"expected turns or text, got {given}"),
    };

    private static Option<int?> Count(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };

    private static int? AtLeast(ParseResult arguments, Option<int?> option, int least) =>
        arguments.GetValue(option) is not { } value ? null
        : value >= least ? value
        : throw Mistake(option.Name, $"expected an integer of at least {least}, got {value}");
}
