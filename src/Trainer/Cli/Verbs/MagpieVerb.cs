using System.CommandLine;
using MolEngine.Data.Synthesis;
using MolEngine.Engine.Generation;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class MagpieVerb() : Verb("magpie", "Make a general corpus out of the model itself.")
{
    private const int DefaultUserTokens = 256, DefaultAnswerTokens = 768, DefaultRows = 16;

    private readonly Argument<string> _model = Required("MODEL", "Model folder, or name on the Hub.");
    private readonly Option<string?> _adapter = Optional("--adapter", "DIR", "PEFT adapter on top of MODEL.");
    private readonly Option<int> _count = new("--count")
    {
        HelpName = "N",
        Description = "Records to make.",
        Required = true,
    };

    private readonly Option<string> _output = RequiredOption(
        "--output", "FILE", "The corpus to write, JSONL; it must be absent.");

    private readonly Option<string[]> _topics = new("--topics")
    {
        HelpName = "NAME,...",
        Description = $"What users speak of: {string.Join(", ", Topic.Known.Select(t => t.Name))}. Default: general.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _systems = new("--system")
    {
        HelpName = "NAME=TEXT",
        Description = "A topic of your own: what the assistant is told while users are made up; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double> _userTemperature = Number("--user-temperature", 1, "Of the user's turns.");
    private readonly Option<double> _userTopP = Number("--user-top-p", 1, "Of the user's turns.");
    private readonly Option<double> _temperature = Number(
        "--temperature", 0.7, "Of the answers, and of a base model's texts; 0 is greedy.");

    private readonly Option<double> _topP = Number("--top-p", 0.9, "Of the answers, and of a base model's texts.");
    private readonly Option<int> _userTokens = Whole(
        "--user-tokens", DefaultUserTokens, "Most tokens of a user's turn.");

    private readonly Option<int> _maxTokens = Whole(
        "--max-tokens", DefaultAnswerTokens, "Most tokens of an answer, or of a base model's text.");

    private readonly Option<string?> _language = Optional(
        "--language", "CODE", "Keep this language only (en, de, zh, ...). Default: all.");

    private readonly Option<double> _duplicate = Number(
        "--duplicates-from", NearDuplicates.DefaultThreshold, "Similarity from which on two records are the same.");

    private readonly Option<string[]> _chatVariables = new("--chat-var")
    {
        HelpName = "NAME=VALUE",
        Description = "A variable of the chat template (enable_thinking=false); may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _rows = Whole("--batch", DefaultRows, "Records made at a time.");
    private readonly Option<ulong> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "The same seed makes the same records. Default: 42.",
        DefaultValueFactory = _ => 42,
    };

    private readonly DeviceOptions _device = new();

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options =>
    [
        _adapter, _count, _output, _topics, _systems, _userTemperature, _userTopP, _temperature, _topP, _userTokens,
        _maxTokens, _language, _duplicate, _chatVariables, _rows, _seed, .. _device.All,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "The answer to \"I have no general data\": text of the model's own is what holds it best to itself. A chat "
            + "model that is given its template up to where the user speaks makes up a user, and then answers it "
            + "(Magpie, Xu and others 2024); a base model goes on from where a document begins.",
        "An attempt is dropped that the token limit cut, that says nothing, repeats itself, is nearly an earlier "
            + "record (MinHash), refuses to answer, or is of another language than --language, and one whose user "
            + "speaks as the assistant; what was dropped and why is told at the end, with examples in "
            + "FILE.report.json. The system text of a topic is not in the record.",
        "Attempts are noted in FILE.part as they come: the same command goes on where it was stopped. How many records "
            + "are made at a time changes none of them on the CPU.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine magpie models/base --count 5000 --output general.jsonl", "A general corpus of 5,000 dialogues."),
        ("molengine magpie models/base --count 2000 --topics math,code --language en --output own.jsonl",
            "English users who ask for mathematics and code."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        var settings = new MagpieSettings(
            AtLeastOne(arguments, _count), arguments.GetValue(_seed), Topics(arguments),
            Sampling(arguments, _userTemperature, _userTopP), Sampling(arguments, _temperature, _topP),
            AtLeastOne(arguments, _userTokens), AtLeastOne(arguments, _maxTokens))
        {
            Language = arguments.GetValue(_language),
            ChatVariables = ChatVariable.Read(arguments.GetValue(_chatVariables)!, _chatVariables.Name),
            Duplicate = InRange(arguments, _duplicate, 0.1, 1),
        };
        return MagpieRunner.Run(
            new MagpieOptions(
                Inputs.ModelFolder(arguments.GetRequiredValue(_model), "MODEL"),
                Inputs.AdapterFolder(arguments.GetValue(_adapter), "--adapter"),
                arguments.GetRequiredValue(_output), settings, AtLeastOne(arguments, _rows), _device.Read(arguments)),
            context);
    }

    private List<Topic> Topics(ParseResult arguments)
    {
        var topics = new List<Topic>();
        string known = string.Join(", ", Topic.Known.Select(t => t.Name));
        foreach (string name in arguments.GetValue(_topics)!.SelectMany(t => t.Split(',')).Select(t => t.Trim()))
        {
            topics.Add(Topic.Known.FirstOrDefault(t => t.Name == name) ?? throw Mistake(
                _topics.Name,
                $"{name}: expected one of {known}, got another name. A topic of your own is given with "
                + "--system NAME=TEXT"));
        }

        foreach (string given in arguments.GetValue(_systems)!)
        {
            int equals = given.IndexOf('=');
            if (equals <= 0 || equals == given.Length - 1)
                throw Mistake(_systems.Name, $"expected NAME=TEXT, got {given}");
            topics.Add(new Topic(given[..equals], given[(equals + 1)..]));
        }

        string[] twice = [.. topics.GroupBy(t => t.Name).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (twice.Length > 0)
            throw Mistake($"{_topics.Name}, {_systems.Name}", $"expected each topic once, got {twice[0]} twice");
        return topics.Count > 0 ? topics : [Topic.Known[0]];
    }

    private static SamplingSettings? Sampling(ParseResult arguments, Option<double> temperature, Option<double> topP)
    {
        double t = InRange(arguments, temperature, 0, double.MaxValue), p = InRange(arguments, topP, 1e-6, 1);
        return t == 0 ? null : new SamplingSettings(Temperature: t, TopP: p);
    }

    private static double InRange(ParseResult arguments, Option<double> option, double least, double most)
    {
        double value = arguments.GetValue(option);
        string range = most == double.MaxValue ? $"a number of at least {least}" : $"a number from {least} to {most}";
        return value >= least && value <= most ? value : throw Mistake(option.Name, $"expected {range}, got {value}");
    }

    private static Option<double> Number(string name, double standard, string description) => new(name)
    {
        HelpName = "X",
        Description = $"{description} Default: {standard}.",
        DefaultValueFactory = _ => standard,
    };

    private static Option<int> Whole(string name, int standard, string description) => new(name)
    {
        HelpName = "N",
        Description = $"{description} Default: {standard}.",
        DefaultValueFactory = _ => standard,
    };
}
