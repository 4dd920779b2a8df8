using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ChatVerb() : Verb("chat", "Talk to a model, and to what training made of it.")
{
    private const int DefaultContext = 4096, DefaultMaxTokens = 1024;

    private readonly Argument<string> _model = Required("MODEL", "Model folder, or name on the Hub.");
    private readonly Option<string[]> _adapters = new("--adapter")
    {
        HelpName = "DIR",
        Description = "PEFT adapter on top of MODEL; may be repeated, and each answers for itself.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _compare = Flag(
        "--compare", "MODEL without an adapter answers too, beside the others.");

    private readonly Option<string?> _system = Optional(
        "--system", "TEXT", "The system message. Default: the chat template's own, where it has one.");

    private readonly Option<string[]> _chatVariables = new("--chat-var")
    {
        HelpName = "NAME=VALUE",
        Description = "A variable of the chat template (enable_thinking=false); may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _context = new("--context")
    {
        HelpName = "N",
        Description = $"Tokens of a dialogue at most. Default: {DefaultContext}.",
        DefaultValueFactory = _ => DefaultContext,
    };

    private readonly Option<int> _maxTokens = new("--max-tokens")
    {
        HelpName = "N",
        Description = $"Tokens of an answer at most. Default: {DefaultMaxTokens}.",
        DefaultValueFactory = _ => DefaultMaxTokens,
    };

    private readonly SamplingOptions _sampling = new();
    private readonly DeviceOptions _device = new();

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options =>
    [
        _adapters, _compare, _system, _chatVariables, _context, _maxTokens, .. _sampling.All, .. _device.All,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "A line is a message; the answer is streamed, by the model's own chat template. /new begins another dialogue, "
            + "/system TEXT sets the system message, /undo takes the last question back, /quit ends; Ctrl-C stops an "
            + "answer. Without a terminal, lines of standard input are asked one after the other.",
        "Greedy, the most probable token each time, unless a sampling option is given. Several who answer are computed "
            + "together over one copy of the model, and each keeps its own dialogue.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine chat models/base", "Talks to a model."),
        ("molengine chat models/base --adapter runs/a/adapter --compare", "Before and after training, side by side."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        bool compare = arguments.GetValue(_compare);
        string[] adapters = arguments.GetValue(_adapters)!;
        if (compare && adapters.Length == 0)
            throw Mistake(_compare.Name, "expected an --adapter to compare MODEL with, got none");
        int tokens = AtLeastOne(arguments, _context);
        return ChatRunner.Run(
            new ChatOptions(
                Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL"),
                [.. adapters.Select(a => Inputs.AdapterFolder(a, _adapters.Name)!)], compare,
                arguments.GetValue(_system),
                ChatVariable.Read(arguments.GetValue(_chatVariables)!, _chatVariables.Name), tokens,
                AtLeastOne(arguments, _maxTokens), _sampling.Settings(arguments), _sampling.Seed(arguments),
                _device.Read(arguments)),
            context);
    }
}
