using System.CommandLine;
using System.Net;
using MolEngine.Server;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class ServeVerb() : Verb(
    "serve", "Serves a model and adapters over it: OpenAI's API, and a page to chat with.")
{
    private const string KeyVariable = "MOLENGINE_API_KEY";

    private static readonly ServerSettings Usual = new();

    private readonly Argument<string> _model = Required("MODEL", "Model folder.");
    private readonly Option<string[]> _adapters = new("--adapter")
    {
        HelpName = "NAME=DIR",
        Description = "PEFT adapter over MODEL, which requests call NAME; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _name = Optional(
        "--name", "NAME", "What requests call MODEL. Default: its id on the Hub, or its folder's name.");
    private readonly Option<string?> _host = Optional(
        "--host", "ADDRESS", "Address to listen at; any but this machine's own demands a key. Default: 127.0.0.1.");
    private readonly Option<int> _port = Number(
        "--port", "N", Usual.Port, "Port; 0 takes one that is free");
    private readonly Option<string?> _key = Optional(
        "--api-key", "KEY", $"What clients must send as `Authorization: Bearer KEY`. Default: {KeyVariable}, which no "
        + "other user of the machine sees.");
    private readonly Option<int?> _context = new("--context")
    {
        HelpName = "N",
        Description = "Most tokens of a prompt and its answer. Default: the model's, at most "
            + $"{ServeRunner.UsualContext}.",
    };

    private readonly Option<int?> _cache = new("--cache-tokens")
    {
        HelpName = "N",
        Description = "Tokens whose keys and values are held, of all answers together. Default: the context, at least "
            + $"{ServeRunner.UsualCache}.",
    };

    private readonly Option<int> _rows = Number("--rows", "N", 32, "Answers that are generated at a time, at most");
    private readonly Option<int> _queue = Number(
        "--queue", "N", Usual.Queue, "Answers that may wait; who comes then gets status 429");
    private readonly Option<int> _maxTokens = Number(
        "--max-tokens", "N", Usual.DefaultMaxTokens,
        "Tokens of a chat's answer, where neither request nor generation_config.json says");
    private readonly Option<int> _timeout = Number(
        "--timeout", "S", (int)Usual.RequestTime.TotalSeconds, "Seconds of a request, its wait included");
    private readonly Option<int> _grace = Number(
        "--grace", "S", (int)Usual.Grace.TotalSeconds, "Seconds that requests may go on once it is to stop");
    private readonly Option<bool> _reasoning = Flag(
        "--split-reasoning", "Tells what stands between the template's marks of thinking as reasoning_content.");
    private readonly Option<bool> _deterministic = Flag(
        "--deterministic", "What an answer is depends on its request alone, to the bit; slower on a GPU.");
    private readonly DeviceOptions _device = new();

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options =>
    [
        _adapters, _name, _host, _port, _key, _context, _cache, _rows, _queue, _maxTokens, _timeout, _grace,
        _reasoning, _deterministic, .. _device.All,
    ];

    public override IReadOnlyList<string> Details =>
    [
        "Any client of OpenAI's API works: /v1/models, /v1/chat/completions and /v1/completions, streamed or whole. A "
            + "request's `model` is MODEL's name or an adapter's; there is one copy of the weights. Answers are "
            + "generated together, and join and leave at every token.",
        "Dialogues are written by the model's own chat template, its default system message included. Where a request "
            + "does not say, generation_config.json does (temperature, top_p, top_k, min_p, repetition_penalty).",
        "The address opens a page that asks two of the models side by side and shows, under every word of the one, its "
            + "KL divergence from the other. /metrics is Prometheus's, /health says whether it is there.",
        "It listens at 127.0.0.1, and answers there to that name and localhost alone. For any other address it wants a "
            + "key, and a proxy that speaks TLS. Ctrl-C lets running requests end; a second one does not.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine serve models/base --adapter trained=runs/a/adapter",
            "Opens http://127.0.0.1:8000 to compare both."),
        ("MOLENGINE_API_KEY=... molengine serve models/base --host 0.0.0.0", "For other machines, with a key."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string given = arguments.GetRequiredValue(_model), model = Inputs.ModelFolder(given, "MODEL");
        string host = arguments.GetValue(_host) ?? "127.0.0.1";
        if (!IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : host, out IPAddress? address))
            throw Mistake(_host.Name, $"{host}: expected an address such as 127.0.0.1, 0.0.0.0 or ::1");
        var server = new ServerSettings
        {
            Address = address,
            Port = Within(arguments, _port, 0, IPEndPoint.MaxPort),
            ApiKey = arguments.GetValue(_key)
                ?? (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null),
            Queue = Within(arguments, _queue, 1, 100_000),
            DefaultMaxTokens = Within(arguments, _maxTokens, 1, int.MaxValue),
            RequestTime = TimeSpan.FromSeconds(Within(arguments, _timeout, 1, 1_000_000)),
            Grace = TimeSpan.FromSeconds(Within(arguments, _grace, 0, 1_000_000)),
            SplitsReasoning = arguments.GetValue(_reasoning),
        };
        return ServeRunner.Run(
            new ServeOptions(
                model, arguments.GetValue(_name) ?? NameOf(model), Adapters(arguments.GetValue(_adapters)!),
                AtLeastOne(arguments, _context), AtLeastOne(arguments, _cache), Within(arguments, _rows, 1, 4096),
                arguments.GetValue(_deterministic), _device.Read(arguments), server),
            context);
    }

    private static string NameOf(string folder) =>
        NamedInputs.IdOf(folder) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private List<KeyValuePair<string, string>> Adapters(string[] given)
    {
        var adapters = new List<KeyValuePair<string, string>>();
        foreach (string adapter in given)
        {
            int equals = adapter.IndexOf('=');
            if (equals <= 0)
                throw Mistake(_adapters.Name, $"expected NAME=DIR (trained=runs/a/adapter), got {adapter}");
            adapters.Add(new(adapter[..equals], Inputs.AdapterFolder(adapter[(equals + 1)..], _adapters.Name)!));
        }

        return adapters;
    }

    private static Option<int> Number(string name, string value, int usual, string description) => new(name)
    {
        HelpName = value,
        Description = $"{description}. Default: {usual}.",
        DefaultValueFactory = _ => usual,
    };

    private static int Within(ParseResult arguments, Option<int> option, int least, int most)
    {
        int value = arguments.GetValue(option);
        return value >= least && value <= most
            ? value
            : throw Mistake(option.Name, $"expected an integer from {least} to {most}, got {value}");
    }

    private static int? AtLeastOne(ParseResult arguments, Option<int?> option) => arguments.GetValue(option) switch
    {
        < 1 and { } value => throw Mistake(option.Name, $"expected an integer of at least 1, got {value}"),
        var value => value,
    };
}
