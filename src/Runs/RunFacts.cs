using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs;

/// <summary>
/// What the report tells beside the metrics: run.json (who trained what, on what, when), data.json (what came out of
/// the corpora), samples.json (what the model says before and after), questions.json (how it answers),
/// held_out.json (what it says of every held-out document), benchmarks.json (what it scores, round by round) and
/// advice.json (what the run said of itself).
/// </summary>
public static class RunFacts
{
    /// <summary>Scores of the benchmarks, a round after the other.</summary>
    internal const string BenchmarkFile = "benchmarks.json";

    /// <summary>Figures of every held-out document.</summary>
    internal const string HeldOutFile = "held_out.json";

    /// <summary>What a run said of itself.</summary>
    internal const string AdviceFile = "advice.json";

    /// <summary>Names in run.json: why a run stopped before its last step, the step whose state it saved, and what that
    /// is worth.</summary>
    internal const string StoppedEarly = "stopped_early", ExportedStep = "exported_step", Exported = "exported";

    private const string RunFile = "run.json", Notes = "notes";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes run.json.</summary>
    public static void Write(string runDirectory, RunSummary run) => Save(runDirectory, RunFile, run);

    /// <summary>A run that goes on: it has its first start from run.json, and its resumptions so far.</summary>
    /// <param name="now">The run as if it started now.</param>
    public static RunSummary Resumed(string runDirectory, RunSummary now)
    {
        JsonObject facts = Read(runDirectory);
        return now with
        {
            Started = facts["started"]?.ToString(),
            Resumed = [.. Texts(facts, "resumed"), .. new[] { now.Started }.OfType<string>()],
            Notes = Texts(facts, Notes),
        };
    }

    /// <summary>
    /// What decides bits and is not as run.json has it, in words: a run that goes on there ends near, not at, what it
    /// would have been in one piece. Empty where nothing is known of what was.
    /// </summary>
    /// <param name="now">The run as if it started now.</param>
    public static IReadOnlyList<string> Moved(string runDirectory, RunSummary now)
    {
        JsonObject then = Read(runDirectory);

        // The CPU's own words tell of its threads too, which change nothing.
        bool isCpu = now.Simd is not null && then["simd"] is not null;
        (string What, string Key, string? Now)[] facts =
        [
            ("program", "version", now.Version), ("device", "device", isCpu ? null : now.Device),
            ("SIMD", "simd", now.Simd),
        ];
        return
        [
            .. facts.Where(f => f.Now is not null && then[f.Key] is { } had && had.ToString() != f.Now).Select(f =>
                $"the {f.What} was {then[f.Key]}, and is {f.Now}: sums may be rounded otherwise, so the run may end "
                + "with other bits than it would have had there"),
        ];
    }

    /// <summary>Adds a note to run.json, which is there.</summary>
    public static void Note(string runDirectory, string note)
    {
        JsonObject facts = Read(runDirectory);
        facts[Notes] = new JsonArray([.. Texts(facts, Notes).Append(note).Distinct().Select(t => JsonValue.Create(t))]);
        WriteEnd(runDirectory, facts.ToJsonString(Json) + "\n");
    }

    /// <summary>Adds to run.json, which is there, how the training ended.</summary>
    /// <param name="stoppedEarly">Why it stopped before its last step; null where it did not.</param>
    /// <param name="exported">The step whose state is saved, and in words what it is worth; null where that is the last
    /// one anyhow.</param>
    public static void Ending(string runDirectory, string? stoppedEarly, (long Step, string Words)? exported)
    {
        JsonObject facts = Read(runDirectory);
        facts[StoppedEarly] = stoppedEarly;
        facts[ExportedStep] = exported?.Step;
        facts[Exported] = exported?.Words;
        WriteEnd(runDirectory, facts.ToJsonString(Json) + "\n");
    }

    /// <summary>Writes data.json.</summary>
    /// <param name="data">What came out of the corpora: the names of its numbers become the file's.</param>
    public static void WriteData<T>(string runDirectory, T data) => Save(runDirectory, "data.json", data);

    /// <summary>Whether run.json says when the run was finished.</summary>
    public static bool IsFinished(string runDirectory) => Read(runDirectory)["finished"] is not null;

    /// <summary>What run.json will hold of a run that is finished.</summary>
    public static string WithEnd(string runDirectory, DateTimeOffset finished)
    {
        JsonObject facts = Read(runDirectory);
        facts["finished"] = RunSummary.Time(finished);
        return facts.ToJsonString(Json) + "\n";
    }

    /// <summary>Writes run.json as <see cref="WithEnd"/> gives it.</summary>
    public static void WriteEnd(string runDirectory, string facts) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, RunFile), facts);

    public static void Write(string runDirectory, IReadOnlyList<TextSample> samples) =>
        Save(runDirectory, "samples.json", samples);

    public static void Write(string runDirectory, IReadOnlyList<QuestionOutcome> questions) =>
        Save(runDirectory, "questions.json", questions);

    public static void Write(string runDirectory, IReadOnlyList<BenchmarkScore> benchmarks) =>
        Save(runDirectory, BenchmarkFile, benchmarks);

    public static void Write(string runDirectory, IReadOnlyList<HeldOutCorpus> corpora) =>
        Save(runDirectory, HeldOutFile, corpora);

    public static void Write(string runDirectory, IReadOnlyList<Advice> advice) =>
        Save(runDirectory, AdviceFile, advice);

    /// <summary>Whether the run has said something of itself.</summary>
    public static bool HasAdvice(string runDirectory) => File.Exists(Path.Combine(runDirectory, AdviceFile));

    /// <summary>The held-out documents so far; empty where there are none, or none that can be understood.</summary>
    public static IReadOnlyList<HeldOutCorpus> HeldOut(string runDirectory) =>
        List(runDirectory, HeldOutFile, HeldOutCorpus.Read);

    /// <summary>The rounds of benchmarks so far; empty where there are none, or none that can be understood.</summary>
    public static IReadOnlyList<BenchmarkScore> Benchmarks(string runDirectory) =>
        List(runDirectory, BenchmarkFile, RecordJson.List<BenchmarkScore>);

    private static IReadOnlyList<T> List<T>(
        string runDirectory, string file, Func<JsonElement, IReadOnlyList<T>> read)
    {
        string path = Path.Combine(runDirectory, file);
        try
        {
            if (!File.Exists(path))
                return [];
            using JsonDocument json = StrictJson.Parse(File.ReadAllText(path));
            return read(json.RootElement);
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string[] Texts(JsonObject facts, string name) =>
        [.. (facts[name] as JsonArray ?? []).Select(t => t?.ToString()).OfType<string>()];

    /// <summary>run.json; empty where it is absent or cannot be understood.</summary>
    private static JsonObject Read(string runDirectory)
    {
        string path = Path.Combine(runDirectory, RunFile);
        try
        {
            return File.Exists(path) ? StrictJson.Object(File.ReadAllBytes(path)) : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static void Save<T>(string runDirectory, string file, T value) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, file), JsonSerializer.Serialize(value, Json) + "\n");
}
