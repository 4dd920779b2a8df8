using System.CommandLine;
using MolEngine.Basics.Values;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class GenerateVerb() : Verb("generate", "Let a model continue a text or answer a message.")
{
    private const int DefaultMaxTokens = 256;

    private readonly Argument<string> _model = Required("MODEL", "Model folder.");
    private readonly Option<string?> _adapter = Optional("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<string?> _prompt = Optional(
        "--prompt", "TEXT", "Text to continue. Special tokens written in it are recognised.");
    private readonly Option<string?> _chat = Optional(
        "--chat", "TEXT", "A user's message, answered as an assistant, in the model's own chat template.");
    private readonly Option<string?> _system = Optional(
        "--system", "TEXT", "With --chat: the system message. Default: the template's own, where it has one.");
    private readonly Option<string[]> _chatVariables = new("--chat-var")
    {
        HelpName = "NAME=VALUE",
        Description = "With --chat: a variable of the chat template (enable_thinking=false); may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _input = Optional(
        "--input", "FILE", "JSONL of texts to continue, a record {\"text\": ...} a line.");
    private readonly Option<string?> _output = Optional(
        "--output", "FILE", "With --input: the corpus to write; it must be absent.");
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
        "With --input and --output the continued texts become a corpus, a record {\"text\": ...} each: text of the "
            + "model's own, to hold it to itself where there is no other general text. Special tokens stay in it, and "
            + "only the end of a document (eos_token_id of config.json) stops it.",
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
        string[] given = [.. new[] { prompt, chat, input }.OfType<string>()];
        if (given.Length != 1)
        {
            throw Mistake(
                "--prompt, --chat, --input",
                $"expected exactly one of them, got {(given.Length == 0 ? "none" : $"{given.Length}")}");
        }

        string? system = arguments.GetValue(_system);
        MapValue variables = ChatVariable.Read(arguments.GetValue(_chatVariables)!, _chatVariables.Name);
        if (chat is null && (system is not null || variables.Entries.Count > 0))
            throw Mistake("--system, --chat-var", "expected them with --chat alone, got them without");
        if (input is null != output is null)
            throw Mistake("--input, --output", "expected both or neither, got one");
        if (input is not null)
            Inputs.File(input, "--input");
        if (output is not null && Path.Exists(output))
            throw Mistake("--output", $"{output}: expected a file that is absent, got one that is there");
        int count = AtLeastOne(arguments, _count), maxTokens = AtLeastOne(arguments, _maxTokens);
        string model = Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL");
        string? adapter = Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter");
        return GenerateRunner.Run(
            new GenerateOptions(
                model, adapter, prompt, chat, system, variables, input, output, count, maxTokens,
                _sampling.Settings(arguments), _sampling.Seed(arguments),
                arguments.GetValue(_deterministic), _device.Read(arguments), arguments.GetValue(_json)),
            context);
    }

    private static int AtLeastOne(ParseResult arguments, Option<int> option)
    {
        int value = arguments.GetValue(option);
        return value >= 1
            ? value
            : throw Mistake(option.Name, $"expected an integer of at least 1, got {value}");
    }
}
