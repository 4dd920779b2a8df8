using System.Text;
using System.Text.Json;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Files;

/// <summary>Reads the value of a field of a JSON object.</summary>
internal static class JsonFieldReader
{
    /// <summary>Reads a value that the reader stands on, to its end.</summary>
    /// <param name="offset">Offset of the record's first byte in the file, for errors.</param>
    /// <param name="asMessages">Whether a list of messages is wanted.</param>
    /// <param name="numbersToo">Whether a number is a text too.</param>
    public static FieldValue Read(ref Utf8JsonReader json, long offset, bool asMessages, bool numbersToo)
    {
        JsonTokenType type = json.TokenType;
        if (asMessages && type == JsonTokenType.StartArray)
            return ReadMessages(ref json, offset);
        if (!asMessages && type == JsonTokenType.String)
        {
            string? text = Unescape(ref json, offset, out string? problem);
            return new(FieldPresence.Given, text, null, problem);
        }

        if (numbersToo && type == JsonTokenType.Number)
            return new(FieldPresence.Given, Encoding.UTF8.GetString(json.ValueSpan), null, null);
        string expected = asMessages ? "a list of messages {\"role\": ..., \"content\": ...}" : "a string";
        bool isNull = type == JsonTokenType.Null;
        string got = isNull ? "null" : $"{Kind(type)} {Place(json, offset)}";
        json.Skip();
        return new(
            isNull ? FieldPresence.Null : FieldPresence.Given, null, null, $"expected {expected}, got {got}");
    }

    public static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    private static string Place(in Utf8JsonReader json, long offset) =>
        $"at byte {offset + json.TokenStartIndex} of the file";

    private static string? Unescape(ref Utf8JsonReader json, long offset, out string? problem)
    {
        problem = null;
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            problem = "expected whole characters, got half of a surrogate pair (\\uD800 to \\uDFFF) in the string "
                + Place(json, offset);
            return null;
        }
    }

    private static FieldValue ReadMessages(ref Utf8JsonReader json, long offset)
    {
        var messages = new List<ChatMessage>();
        (string Field, string Text)? problem = null;
        string start = Place(json, offset);
        for (int i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            ChatMessage? message = ReadMessage(ref json, offset, $"[{i}]", ref problem);
            if (message is not null)
                messages.Add(message);
        }

        if (messages.Count == 0)
            problem ??= ("", $"expected at least one message, got an empty list {start}");
        return new(FieldPresence.Given, null, messages, problem?.Text, problem?.Field ?? "");
    }

    /// <summary>A message, or null and what is wrong with it.</summary>
    private static ChatMessage? ReadMessage(
        ref Utf8JsonReader json, long offset, string at, ref (string Field, string Text)? problem)
    {
        string place = Place(json, offset);
        if (json.TokenType != JsonTokenType.StartObject)
        {
            string got = $"{Kind(json.TokenType)} {place}";
            problem ??= (at, $"expected an object {{\"role\": ..., \"content\": ...}}, got {got}");
            json.Skip();
            return null;
        }

        FieldValue role = default, content = default;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isRole = json.ValueTextEquals("role"u8), isContent = json.ValueTextEquals("content"u8);
            bool isCall = json.ValueTextEquals("tool_calls"u8) || json.ValueTextEquals("function_call"u8);
            json.Read();
            if (isRole)
                role = Read(ref json, offset, asMessages: false, numbersToo: false);
            else if (isContent)
                content = Read(ref json, offset, asMessages: false, numbersToo: false);
            else if (isCall && json.TokenType != JsonTokenType.Null)
                problem ??= (at, $"expected role and content alone, got a tool call {Place(json, offset)}");
            json.Skip();
        }

        if (role.Text is { Length: > 0 } who && content.Text is not null)
            return new ChatMessage(who, content.Text);
        problem ??= role.Text is { Length: > 0 }
            ? ($"{at}.content", content.Problem ?? $"expected a string, got none in the message {place}")
            : ($"{at}.role", role.Problem ?? $"expected a name as user or assistant, got none in the message {place}");
        return null;
    }
}
