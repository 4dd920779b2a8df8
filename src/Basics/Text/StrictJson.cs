using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace MolEngine.Basics.Text;

/// <summary>
/// JSON that anybody may have written or damaged. What is read is whole UTF-8, nested within <see cref="Limits"/>, with
/// every name once and no half of a surrogate pair; what is not is one exception, here: whoever takes values out of
/// what was read gets no other.
/// </summary>
public static class StrictJson
{
    private static readonly JsonDocumentOptions Options =
        new() { MaxDepth = Limits.JsonLevels, AllowDuplicateProperties = false };

    /// <summary>One value of any kind, with what is in it.</summary>
    /// <exception cref="JsonException">The text is no such JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        RequireWhole(utf8.Span);
        return JsonDocument.Parse(utf8, Options);
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static JsonDocument Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>One object, to take values out of and to change.</summary>
    /// <exception cref="JsonException">The text is no such JSON, or its value is no object.</exception>
    public static JsonObject Object(ReadOnlySpan<byte> utf8)
    {
        RequireWhole(utf8);
        return JsonNode.Parse(utf8, documentOptions: Options) as JsonObject
            ?? throw new JsonException("expected an object, got another value");
    }

    /// <inheritdoc cref="Object(ReadOnlySpan{byte})"/>
    public static JsonObject Object(string text) => Object(Encoding.UTF8.GetBytes(text));

    /// <summary>A value of a type. Null within lists and maps is left to its reader.</summary>
    /// <exception cref="JsonException">The text is no such JSON, or of no such type, or null.</exception>
    public static T Read<T>(string text, JsonSerializerOptions? options = null)
        where T : class
    {
        using JsonDocument json = Parse(text);
        return json.Deserialize<T>(options) ?? throw new JsonException("expected a value, got null");
    }

    private static void RequireWhole(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("expected UTF-8, got other bytes");
        var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.JsonLevels });
        while (json.Read())
        {
            if (!json.ValueIsEscaped)
                continue;
            try
            {
                json.GetString();
            }
            catch (InvalidOperationException e)
            {
                throw new JsonException("expected whole characters, got half of a surrogate pair", e);
            }
        }
    }
}
