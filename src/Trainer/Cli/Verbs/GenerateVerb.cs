using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

/// <param name="Prompt">Text to continue; special tokens in it are recognised. Null where <paramref name="Chat"/> is
/// given; exactly one is.</param>
/// <param name="Chat">A user's message, put into bare ChatML.</param>
internal sealed record GenerateOptions(
    string Model, string? Adapter, string? Prompt, string? Chat, int MaxTokens, bool Json);

internal sealed class GenerateVerb() : Verb("generate", "Let a model continue a text or answer a message.")
{
    private const int DefaultMaxTokens = 256;

    private readonly Argument<string> _model = Required("MODEL", "Model folder.");
    private readonly Option<string?> _adapter = Optional("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<string?> _prompt = Optional(
        "--prompt", "TEXT", "Text to continue. Special tokens written in it are recognised.");
    private readonly Option<string?> _chat = Optional(
        "--chat", "TEXT", "A user's message, answered as an assistant (ChatML).");
    private readonly Option<bool> _json = Flag("--json", "One JSON object at the end instead of text as it comes.");

    private readonly Option<int> _maxTokens = new("--max-tokens")
    {
        HelpName = "N",
        Description = $"Tokens to generate at most. Default: {DefaultMaxTokens}.",
        DefaultValueFactory = _ => DefaultMaxTokens,
    };

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options => [_adapter, _prompt, _chat, _maxTokens, _json];

    public override IReadOnlyList<string> Details =>
    [
        "Greedy: the most probable token each time. Generation stops at an end token of generation_config.json (else "
            + "of config.json) or after --max-tokens.",
        "JSON: {\"prompt_ids\", \"ids\", \"text\", \"stop\"}.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine generate runs/first/model --prompt \"Glass bees\" --max-tokens 60", "Continues the text."),
        ("molengine generate models/base --adapter runs/a/adapter --chat \"What is MRSA?\"",
            "Asks a model with an adapter."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string? prompt = arguments.GetValue(_prompt);
        string? chat = arguments.GetValue(_chat);
        int maxTokens = arguments.GetValue(_maxTokens);
        if (prompt is null == chat is null)
        {
            throw Mistake(
                "--prompt, --chat", $"expected exactly one of them, got {(prompt is null ? "neither" : "both")}");
        }

        if (maxTokens < 1)
            throw Mistake("--max-tokens", $"expected an integer of at least 1, got {maxTokens}");
        string model = Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL");
        string? adapter = Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter");
        return GenerateRunner.Run(
            new GenerateOptions(model, adapter, prompt, chat, maxTokens, arguments.GetValue(_json)), context);
    }
}
