using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Server.Answers;

/// <summary>Calls of tools as models of the Hermes and Qwen families write them.</summary>
internal static class ToolCallText
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    /// <summary>The call between the marks, an object of name and arguments; null where it is none.</summary>
    public static AnswerPart? Parse(string text)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(text);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } call
                || !call.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
                return null;
            string arguments = !call.TryGetProperty("arguments", out JsonElement given) ? "{}"
                : given.ValueKind == JsonValueKind.String ? given.GetString()!
                : given.GetRawText();
            return new AnswerPart(AnswerPartKind.ToolCall, arguments, name.GetString()!);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
