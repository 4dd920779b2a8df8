using System.Text.Json;
using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Records;

/// <summary>
/// Reads a run directory for its report. A file that is absent is simply not there; one that cannot be understood costs
/// its own part of the report and no more, and the report says so.
/// </summary>
public sealed class RunRecordReader
{
    /// <summary>What stands between the elements of a list that is one value of run.json.</summary>
    internal const string Separator = ", ";

    private readonly string _directory;
    private readonly string? _facts;
    private readonly List<string> _faults = [];
    private readonly MetricsTail? _tail;
    private readonly bool _goesOn;

    private RunRecordReader(string directory, string? facts, MetricsTail? tail = null, bool goesOn = false) =>
        (_directory, _facts, _tail, _goesOn) = (directory, facts, tail, goesOn);

    /// <param name="facts">Read as run.json; null is the file itself.</param>
    /// <exception cref="UserException">The folder is no run directory, or a file of it cannot be read.</exception>
    public static RunRecord Read(string directory, string? facts = null) =>
        Guarded(directory, full => new RunRecordReader(full, facts));

    /// <summary>The same of a run that is read again and again.</summary>
    /// <param name="metrics">What was read of metrics.jsonl, which is read on.</param>
    /// <param name="goesOn">Whether a line that is not whole is being written.</param>
    /// <inheritdoc cref="Read(string, string?)" path="/exception"/>
    internal static RunRecord Follow(string directory, MetricsTail metrics, bool goesOn) =>
        Guarded(directory, full => new RunRecordReader(full, null, metrics, goesOn));

    private static RunRecord Guarded(string directory, Func<string, RunRecordReader> reader)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!File.Exists(Path.Combine(full, "metrics.jsonl")) && !File.Exists(Path.Combine(full, "config.yaml")))
        {
            string found = Directory.Exists(full) ? "a folder with neither" : "no folder";
            throw new UserException(
                $"{directory}: expected a run directory with config.yaml and metrics.jsonl, got {found}. Name the "
                + "folder that train wrote (output)");
        }

        try
        {
            return reader(full).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"{directory}: report: expected files that can be read, got \"{e.Message}\". Check their permissions",
                e);
        }
    }

    private RunRecord Read()
    {
        string? config = Text("config.yaml");
        return new RunRecord(Path.GetFileName(_directory), config)
        {
            Facts = Facts(config),
            Metrics = Metrics(),
            Data = Parsed("data.json", StatisticsTable.Read),
            Samples = Parsed("samples.json", SamplesOf),
            Questions = Parsed("questions.json", QuestionTable.Read),
            HeldOut = Parsed(RunFacts.HeldOutFile, HeldOutCorpus.Read) ?? [],
            Benchmarks = Parsed(RunFacts.BenchmarkFile, BenchmarkTable.Read),
            Advice = Parsed(RunFacts.AdviceFile, Advice.Read) ?? [],
            Run = Parsed("run.json", RunOf, _facts),
            Faults = _faults,
        };
    }

    private ConfigFacts Facts(string? config)
    {
        try
        {
            return config is null ? ConfigFacts.None : ConfigFacts.Read(config);
        }
        catch (FormatException e)
        {
            _faults.Add(
                $"config.yaml is not YAML ({e.Message}), so which corpora are domain and which general is not known.");
            return ConfigFacts.None;
        }
    }

    private MetricsLog? Metrics()
    {
        MetricsLog? log = _tail is null ? MetricsLog.OfFile(PathOf("metrics.jsonl")) : _tail.Look();
        if (log is null)
            return null;
        if (log.BadLines.Count > 0)
        {
            string lines = string.Join(", ", log.BadLines.Take(5)) + (log.BadLines.Count > 5 ? ", ..." : "");
            _faults.Add(
                $"{Counts.Of(log.BadLines.Count, "line")} of metrics.jsonl could not be read and "
                + $"{(log.BadLines.Count == 1 ? "was" : "were")} left out (line {lines}).");
        }

        if (log.Truncated || (_tail?.HasPart == true && !_goesOn))
            _faults.Add("The last line of metrics.jsonl was cut off as it was written and is left out.");
        return log;
    }

    /// <param name="given">Read instead of the file.</param>
    private T? Parsed<T>(string name, Func<JsonElement, T> read, string? given = null)
        where T : class
    {
        if ((given ?? Text(name)) is not { } text)
            return null;
        try
        {
            using JsonDocument json = StrictJson.Parse(text);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            _faults.Add($"{name} could not be read and is left out: {e.Message}");
            return null;
        }
    }

    private static IReadOnlyList<TextSample> SamplesOf(JsonElement json) =>
    [
        .. json.EnumerateArray()
            .Select(s => new TextSample(Field(s, "prompt") ?? "", Field(s, "before"), Field(s, "after"))
            {
                Document = Field(s, "document"),
                DocumentIsCut = Field(s, "document_is_cut") == bool.TrueString,
                BeforeIsCut = Field(s, "before_is_cut") == bool.TrueString,
                AfterIsCut = Field(s, "after_is_cut") == bool.TrueString,
            }),
    ];

    private static IReadOnlyList<(string Name, string Value)> RunOf(JsonElement json) =>
    [
        .. json.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null)
            .Select(p => (p.Name, Shown(p.Value))),
    ];

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Join(Separator, value.EnumerateArray())
        : value.ToString();

    private static string? Field(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value.ToString()
            : null;

    private string? Text(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : null;

    private string PathOf(string name) => Path.Combine(_directory, name);
}
