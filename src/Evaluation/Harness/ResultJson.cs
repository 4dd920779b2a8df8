using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Text;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Results;

namespace MolEngine.Evaluation.Harness;

/// <summary>
/// Results as one JSON object: the model, each task with its scores and how it was asked, and every answer with prompt
/// and continuations exactly as scored.
/// </summary>
public static class ResultJson
{
    private static readonly JsonWriterOptions Options =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="model">As people know it.</param>
    /// <param name="results">Each with the path of its log; null leaves the answers out.</param>
    public static void Write(
        Stream to, string model, string? adapter, IReadOnlyList<(TaskResult Result, string? Log)> results)
    {
        using var json = new Utf8JsonWriter(to, Options);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("adapter", adapter);
        json.WriteStartArray("results");
        foreach ((TaskResult result, string? log) in results)
            Write(json, result, log);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TaskResult result, string? log)
    {
        PreparedTask task = result.Task;
        json.WriteStartObject();
        json.WriteString("task", task.Choice.Id);
        json.WriteString("harness", task.Task.Harness);
        json.WriteString("version", task.Task.Version);
        json.WriteNumber("shots", task.Shots);
        json.WriteBoolean("shots_as_turns", task.ShotsAsTurns);
        json.WriteBoolean("chat_template", task.UsesChat);
        json.WriteNumber("limit", task.Limit);
        Write(json, task.Generation);
        json.WriteNumber("items", task.Items);
        json.WriteNumber("cut_prompts", result.Cut);
        json.WriteString("group_mean", task.Task.Mean == GroupMean.Items ? "items" : "subsets");
        json.WritePropertyName("scores");
        Write(json, result.Whole);
        json.WriteStartObject("subsets");
        foreach ((string subset, IReadOnlyList<Estimate> scores) in result.Subsets)
        {
            json.WritePropertyName(subset);
            Write(json, scores);
        }

        json.WriteEndObject();
        json.WriteStartArray("answers");
        foreach (string line in log is null ? [] : ResultLog.Lines(log))
            json.WriteRawValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GenerationSettings? generation)
    {
        json.WritePropertyName("generation");
        if (generation is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("max_tokens", generation.MaxTokens);
        json.WriteNumber("samples", generation.Samples);
        json.WriteNumber("temperature", generation.Sampling?.Temperature ?? 0);
        if (generation.Sampling is { } s)
        {
            json.WriteNumber("top_p", s.TopP);
            json.WriteNumber("top_k", s.TopK);
            json.WriteNumber("presence_penalty", s.PresencePenalty);
        }

        json.WriteStartArray("stop");
        foreach (string stop in generation.Stops)
            json.WriteStringValue(stop);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Estimate> scores)
    {
        json.WriteStartObject();
        foreach (Estimate e in scores)
        {
            json.WriteStartObject(e.Score);
            json.WriteNumber("value", e.Value);
            json.WriteNumber("stderr", e.StandardError);
            json.WriteNumber("low", e.Low);
            json.WriteNumber("high", e.High);
            json.WriteNumber("n", e.Items);
            json.WriteBoolean("higher_is_better", ScoreNames.HigherIsBetter(e.Score));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
