using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;

namespace MolEngine.Data.Files;

/// <summary>JSON within a text: tables hold lists so.</summary>
internal static class JsonText
{
    /// <summary>The list that a text is; null where it is none.</summary>
    public static ListValue? List(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("["))
            return null;
        try
        {
            using var json = JsonDocument.Parse(
                text, new() { MaxDepth = Limits.RecordLevels, AllowDuplicateProperties = false });
            return (ListValue)JsonValues.Of(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a surrogate pair in it.
            return null;
        }
    }
}
