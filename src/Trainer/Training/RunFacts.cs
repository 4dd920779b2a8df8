using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MolEngine.Engine.Weights;
using MolEngine.Trainer.Questions;

namespace MolEngine.Trainer.Training;

/// <summary>
/// What the report tells beside the metrics: run.json (who trained what, on what, when), data.json (what came out of
/// the corpora), samples.json (what the model says before and after) and questions.json (how it answers).
/// </summary>
internal static class RunFacts
{
    private const string RunFile = "run.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes run.json, of a run that goes on, and data.json.</summary>
    public static void Write(string runDirectory, TrainingSession s, DateTimeOffset started)
    {
        Save(runDirectory, RunFile, new
        {
            Model = $"{s.Run.Model} ({s.Model.Config.Architecture})",
            Device = s.Ops.Description,
            TrainableParameters = s.Model.TrainableParameters.ToString("N0", CultureInfo.InvariantCulture),
            Steps = s.Order.Steps,
            Started = Time(started),
            Finished = (string?)null,
            Version = typeof(RunFacts).Assembly.GetName().Version!.ToString(3),
        });
        Save(runDirectory, "data.json", s.Data);
    }

    /// <summary>Whether run.json says when the run was finished.</summary>
    public static bool IsFinished(string runDirectory) => Read(runDirectory)["finished"] is not null;

    /// <summary>What run.json will hold of a run that is finished.</summary>
    public static string WithEnd(string runDirectory, DateTimeOffset finished)
    {
        JsonObject facts = Read(runDirectory);
        facts["finished"] = Time(finished);
        return facts.ToJsonString(Json) + "\n";
    }

    /// <summary>Writes run.json as <see cref="WithEnd"/> gives it.</summary>
    public static void WriteEnd(string runDirectory, string facts) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, RunFile), facts);

    public static void Write(string runDirectory, IReadOnlyList<TextSample> samples) =>
        Save(runDirectory, "samples.json", samples);

    public static void Write(string runDirectory, IReadOnlyList<QuestionOutcome> questions) =>
        Save(runDirectory, "questions.json", questions);

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>run.json; empty where it is absent or cannot be understood.</summary>
    private static JsonObject Read(string runDirectory)
    {
        string path = Path.Combine(runDirectory, RunFile);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static void Save<T>(string runDirectory, string file, T value) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, file), JsonSerializer.Serialize(value, Json) + "\n");
}
