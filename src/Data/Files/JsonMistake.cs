using System.Text.Json;

namespace MolEngine.Data.Files;

/// <summary>What is wrong with a text that should be JSON, in words for people.</summary>
internal static class JsonMistake
{
    /// <summary>Where the parser gave up.</summary>
    public static int Offset(ReadOnlySpan<byte> json, JsonException e)
    {
        int lineStart = 0;
        for (long i = 0; i < (e.LineNumber ?? 0); i++)
            lineStart += json[lineStart..].IndexOf((byte)'\n') + 1;
        return Math.Min(json.Length, lineStart + (int)(e.BytePositionInLine ?? 0));
    }

    /// <summary>"a comma before }".</summary>
    /// <param name="at">Where the parser gave up.</param>
    public static string Of(ReadOnlySpan<byte> json, int at)
    {
        (char open, bool inString) = State(json[..at]);
        ReadOnlySpan<byte> before = json[..at].TrimEnd(" \t\r\n"u8);
        char last = before.IsEmpty ? '\0' : (char)before[^1];
        if (at == json.Length)
        {
            return inString ? "its end inside a string"
                : open is '{' or '[' ? $"its end inside an {(open == '{' ? "object" : "array")}" : "its end";
        }

        byte b = json[at];
        if (inString && b < 0x20)
            return $"{(b == '\n' ? "a line break" : $"the raw byte {b:X2}")} inside a string (written \\u{b:x4} there)";
        if (inString)
            return "an escape that JSON does not have";
        if (b == 0 && json[at..].IndexOfAnyExcept((byte)0) < 0)
            return $"{json.Length - at} zero bytes (what a crash leaves behind)";
        if (b is (byte)'}' or (byte)']' && last == ',')
            return $"a comma before {(char)b}: the last one has none";
        if (b == '\'')
            return "a single quote, as Python prints; JSON has double quotes";
        if (json[at..].StartsWith("NaN"u8) || json[at..].StartsWith("Infinity"u8) || json[at..].StartsWith("-I"u8))
            return "NaN or Infinity, which JSON does not have; write null";
        if (json[at..].StartsWith("None"u8) || json[at..].StartsWith("True"u8) || json[at..].StartsWith("False"u8))
            return "a word of Python; JSON has null, true and false";
        if (open == '\0' && last is '}' or ']')
            return $"more after its end, {Shown(b)}";
        return open == '{' && last is '"' && b == '"' ? "no comma or colon before a string" : Shown(b);
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

    private static string Shown(byte b) => b is > 32 and < 127 ? $"'{(char)b}'" : $"the byte {b:X2}";

    /// <summary>The bracket that is open at the end of a text, and whether a string is.</summary>
    private static (char Open, bool InString) State(ReadOnlySpan<byte> json)
    {
        var open = new Stack<char>();
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = (char)json[i];
            if (inString && c == '\\')
                i++;
            else if (c == '"')
                inString = !inString;
            else if (!inString && c is '{' or '[')
                open.Push(c);
            else if (!inString && c is '}' or ']')
                open.TryPop(out _);
        }

        return (open.TryPeek(out char last) ? last : '\0', inString);
    }
}
