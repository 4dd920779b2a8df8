using System.Text.Json;
using MolEngine.Basics.Text;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;

namespace MolEngine.Server.Serving;

/// <summary>
/// How tokens are drawn where a request does not say: by <c>generation_config.json</c>, whatever its
/// <c>do_sample</c>, as vLLM has it; else OpenAI's defaults.
/// </summary>
/// <param name="Temperature">0 decodes greedily.</param>
/// <param name="MaxTokens">The file's <c>max_new_tokens</c>; null where it has none.</param>
public sealed record GenerationDefaults(
    double Temperature, double TopP, int TopK, double MinP, double RepetitionPenalty, int? MaxTokens)
{
    /// <summary>Those of a file without any: the model's own distribution.</summary>
    public static GenerationDefaults None { get; } = new(1, 1, 0, 0, 1, null);

    /// <param name="where">The file, for errors.</param>
    /// <exception cref="UserException">A value of the file is not one that tokens can be drawn with.</exception>
    public static GenerationDefaults Of(GenerationConfig config, string where)
    {
        if (config.RawJson is not { } json)
            return None;
        using JsonDocument document = Parse(json, where);
        JsonElement fields = document.RootElement;
        int tokens = (int)Read("max_new_tokens", 0, 0, int.MaxValue);
        return new GenerationDefaults(
            Read("temperature", 1, 0, double.MaxValue),
            Read("top_p", 1, double.Epsilon, 1),
            (int)Read("top_k", 0, 0, int.MaxValue),
            Read("min_p", 0, 0, 1),
            Read("repetition_penalty", 1, double.Epsilon, double.MaxValue),
            tokens > 0 ? tokens : null);

        double Read(string name, double absent, double least, double most)
        {
            if (!fields.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
                return absent;
            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
                && number >= least && number <= most
                ? number
                : throw new UserException(
                    $"{where}: {name}: expected a number from {least} to {most}, got {value.GetRawText()}. Correct the "
                    + "file, or take the key out");
        }
    }

    private static JsonDocument Parse(string json, string where)
    {
        try
        {
            return StrictJson.Parse(json);
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: expected JSON, got a file that is none: {e.Message}. Correct it", e);
        }
    }

    /// <summary>Whether they are those of a file without any.</summary>
    public bool AreNone => this with { MaxTokens = null } == None;

    /// <summary>The settings in words, for the first lines of a server.</summary>
    public override string ToString() =>
        $"temperature {Temperature}, top_p {TopP}, top_k {TopK}, min_p {MinP}, repetition_penalty {RepetitionPenalty}";

    /// <summary>Greedy decoding with penalties keeps the most probable token alone, of equals the lower id.</summary>
    internal static SamplingSettings Greedy(SamplingSettings settings) =>
        settings with { Temperature = 1, TopK = 0, TopP = double.Epsilon, MinP = 0 };
}
