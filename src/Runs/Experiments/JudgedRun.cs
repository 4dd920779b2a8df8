using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Experiments;

/// <summary>
/// A run beside its base, as <c>molengine compare --json</c> has written it: the figures that runs are compared with
/// one another by.
/// </summary>
public sealed record JudgedRun(IReadOnlyList<JudgedText> Texts, IReadOnlyList<JudgedTask> Tasks)
{
    /// <param name="path">A comparison of one model.</param>
    /// <exception cref="UserException">It is none, or cannot be read.</exception>
    public static JudgedRun Read(string path)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(File.ReadAllText(path));
            JsonElement model = json.RootElement.GetProperty("models").EnumerateArray().Single();
            return new JudgedRun(
                [.. model.GetProperty("texts").EnumerateArray().Select(Text)],
                [.. model.GetProperty("tasks").EnumerateArray().Select(Task)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new UserException(
                $"{path}: expected one model's figures as compare writes them, got another file. Remove it, and the "
                    + "run is judged again", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: expected figures that can be read: {e.Message}", e);
        }
    }

    private static JudgedText Text(JsonElement text) => new(
        Name(text), IsDomain(text), text.GetProperty("tokens").GetInt64(), Number(text, "ce_before"),
        Number(text, "ce_after"), Kl(text, "kl_model_base"), Kl(text, "kl_base_model"),
        [
            .. text.GetProperty("documents").EnumerateArray().Select(d => new JudgedDocument(
                d.GetProperty("tokens").GetInt32(), Number(d, "ce_after"), Number(d, "kl_model_base"),
                Number(d, "kl_base_model"))),
        ]);

    private static JudgedTask Task(JsonElement task) => new(
        Name(task), IsDomain(task), task.GetProperty("score").GetString()!,
        task.GetProperty("right_or_wrong").GetBoolean(), Number(task, "before"), Number(task, "after"),
        [
            .. task.GetProperty("items").EnumerateArray().Select(i => new JudgedItem(
                i.GetProperty("subset").GetString()!, i.GetProperty("item").GetInt32(), Number(i, "score_after"))),
        ]);

    private static string Name(JsonElement of) => of.GetProperty("name").GetString()!;

    private static bool IsDomain(JsonElement of) => of.GetProperty("kind").GetString() == "domain";

    private static double Kl(JsonElement text, string name) =>
        Number(text.GetProperty(name).GetProperty("full"), "value");

    private static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();
}
