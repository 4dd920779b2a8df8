using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MolEngine.Basics.Files;
using MolEngine.Trainer.Questions;

namespace MolEngine.Trainer.Training;

/// <summary>
/// What the report tells beside the metrics: run.json (who trained what, on what, when), data.json (what came out of
/// the corpora), samples.json (what the model says before and after) and questions.json (how it answers).
/// </summary>
internal static class RunFacts
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes run.json and data.json.</summary>
    /// <param name="finished">Null while the run goes on.</param>
    public static void Write(string runDirectory, TrainingSession s, DateTimeOffset started, DateTimeOffset? finished)
    {
        static string? Time(DateTimeOffset? time) =>
            time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        Save(runDirectory, "run.json", new
        {
            Model = $"{s.Run.Model} ({s.Model.Config.Architecture})",
            Device = s.Ops.Description,
            TrainableParameters = s.Model.TrainableParameters.ToString("N0", CultureInfo.InvariantCulture),
            Steps = s.Order.Steps,
            Started = Time(started),
            Finished = Time(finished),
            Version = typeof(RunFacts).Assembly.GetName().Version!.ToString(3),
        });
        Save(runDirectory, "data.json", s.Data);
    }

    public static void Write(string runDirectory, IReadOnlyList<TextSample> samples) =>
        Save(runDirectory, "samples.json", samples);

    public static void Write(string runDirectory, IReadOnlyList<QuestionOutcome> questions) =>
        Save(runDirectory, "questions.json", questions);

    private static void Save<T>(string runDirectory, string file, T value) =>
        DurableFiles.WriteText(Path.Combine(runDirectory, file), JsonSerializer.Serialize(value, Json) + "\n");
}
