using System.CommandLine;
using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class GenerateVerb() : Verb("generate", "Let a model continue a text or answer a message.")
{
    private const int DefaultMaxTokens = 256;

    private readonly Argument<string> _model = RequiredPath("MODEL", "Model folder.");
    private readonly Option<string?> _adapter = OptionalPath("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<string?> _prompt = Optional(
        "--prompt", "TEXT", "Text to continue; - reads it. Special tokens written in it are recognised.");
    private readonly Option<string?> _chat = Optional(
        "--chat", "TEXT", "A user's message, answered in the model's own chat template; - reads it.");
    private readonly Option<string?> _system = Optional(
        "--system", "TEXT", "With --chat: the system message. Default: the template's own, where it has one.");
    private readonly Option<string[]> _chatVariables = new("--chat-var")
    {
        HelpName = "NAME=VALUE",
        Description = "With --chat: a variable of the chat template (enable_thinking=false); may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _input = OptionalPath(
        "--input", "FILE", "Records to go on from, of any kind that a corpus has: texts, prompts, dialogues.");
    private readonly Option<string?> _output = OptionalPath(
        "--output", "FILE", "With --input: the corpus to write; it must be absent. Default: records on the output.");
    private readonly SamplingOptions _sampling = new();
    private readonly DeviceOptions _device = new();
    private readonly Option<bool> _json = Flag("--json", "One JSON object at the end instead of text as it comes.");

    private readonly Option<bool> _deterministic = Flag(
        "--deterministic", "The same bits whatever else is computed at the time (slower on a GPU; a CPU always does).");

    private readonly Option<int> _count = new("--count")
    {
        HelpName = "N",
        Description = "With --input: how often each text is continued. Default: 1.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> _maxTokens = new("--max-tokens")
    {
        HelpName = "N",
        Description = $"Tokens to generate at most. Default: {DefaultMaxTokens}.",
        DefaultValueFactory = _ => DefaultMaxTokens,
    };

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options =>
    [
        _adapter, _prompt, _chat, _system, _chatVariables, _input, _output, _count, _maxTokens, .. _sampling.All,
        _deterministic, .. _device.All, _json,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "Greedy, the most probable token each time, unless a sampling option is given. Generation stops at an end "
            + "token of config.json or generation_config.json, where the chat template ends a turn, or after "
            + "--max-tokens.",
        "--chat uses chat_template.jinja of the model, or chat_template of its tokenizer_config.json, as other "
            + "programs do; ChatML where it has none. The value of --chat-var is JSON, or text where it is none.",
        "With --input every record is gone on from: a text becomes a longer {\"text\": ...} (special tokens stay in "
            + "it, and only the end of a document stops it), a dialogue or a question gets an answer of the model's "
            + "own in the place of the one it has, as {\"messages\": ...}. Records are written as they come, in order; "
            + "with --output to FILE.part first, and the same command goes on where it was stopped. A corpus in the "
            + "model's own words from nothing is `molengine magpie`.",
        "On a GPU activations are bf16: where two tokens are nearly as probable, a greedy text may differ from the "
            + "CPU's. --precision fp32 has none of that.",
        "JSON: {\"prompt_ids\", \"ids\", \"text\", \"stop\"}.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine generate examples/quickstart/model --prompt \"It was\" --max-tokens 60", "Continues the text."),
        ("molengine generate models/base --adapter runs/a/adapter --chat \"What is MRSA?\"",
            "Asks a model with an adapter."),
        ("molengine generate models/base --chat \"MRSA?\" --system \"Be brief.\" --chat-var enable_thinking=false",
            "Sets the system message and a switch of the model's template."),
        ("molengine generate models/base --input openings.jsonl --count 8 --temperature 1 --output own.jsonl",
            "A general corpus in the model's own words."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string? prompt = arguments.GetValue(_prompt), chat = arguments.GetValue(_chat);
        string? input = arguments.GetValue(_input), output = arguments.GetValue(_output);
        (prompt, chat) = (Inputs.TextOf(prompt), Inputs.TextOf(chat));
        string[] given = [.. new[] { prompt, chat, input }.OfType<string>()];
        if (given.Length != 1)
        {
            throw Mistake(
                "--prompt, --chat, --input",
                $"expected exactly one of them, got {(given.Length == 0 ? "none" : $"{given.Length}")}");
        }

        string? system = arguments.GetValue(_system);
        MapValue variables = ChatVariable.Read(arguments.GetValue(_chatVariables)!, _chatVariables.Name);
        if (chat is null && (system is not null || (variables.Entries.Count > 0 && input is null)))
        {
            throw Mistake(
                "--system, --chat-var", "expected them with --chat (--chat-var with --input too), got them without");
        }

        if (input is null && output is not null)
            throw Mistake("--output", "expected it with --input alone, got it without");
        if (input is not null)
            Inputs.File(input, "--input");
        int count = AtLeastOne(arguments, _count), maxTokens = AtLeastOne(arguments, _maxTokens);
        SamplingSettings? sampling = _sampling.Settings(arguments);
        if (count > 1 && input is null)
            throw Mistake(_count.Name, "expected it with --input alone, got it without");
        if (count > 1 && sampling is null)
        {
            throw Mistake(
                _count.Name, $"expected 1 where decoding is greedy, which writes the same text each time, got {count}. "
                + "Draw with --temperature 1");
        }

        string model = Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL");
        string? adapter = Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter");
        return GenerateRunner.Run(
            new GenerateOptions(
                model, adapter, prompt, chat, system, variables, input, output, count, maxTokens,
                sampling, _sampling.Seed(arguments), arguments.GetValue(_deterministic), _device.Read(arguments),
                arguments.GetValue(_json)),
            context);
    }
}
