using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MolEngine.Basics.Files;
using MolEngine.Runs.Records;

namespace MolEngine.Runs;

/// <summary>
/// What the report tells beside the metrics: run.json (who trained what, on what, when), data.json (what came out of
/// the corpora), samples.json (what the model says before and after) and questions.json (how it answers).
/// </summary>
public static class RunFacts
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static void Write(string runDirectory, RunSummary run) => Save(runDirectory, "run.json", run);

    /// <param name="data">What came out of the corpora: the names of its numbers become the file's.</param>
    public static void WriteData<T>(string runDirectory, T data) => Save(runDirectory, "data.json", data);

    public static void Write(string runDirectory, IReadOnlyList<TextSample> samples) =>
        Save(runDirectory, "samples.json", samples);

    public static void Write(string runDirectory, IReadOnlyList<QuestionOutcome> questions) =>
        Save(runDirectory, "questions.json", questions);

    private static void Save<T>(string runDirectory, string file, T value) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, file), JsonSerializer.Serialize(value, Json) + "\n");
}
