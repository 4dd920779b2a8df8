using System.Text.Json;
using MolEngine.Engine.Files;

namespace MolEngine.Data.Files;

/// <summary>What is wrong with a text that should be JSON, in words for people.</summary>
internal static class JsonMistake
{
    /// <summary>"a comma before }".</summary>
    /// <param name="at">Where the parser gave up.</param>
    public static string Of(ReadOnlySpan<byte> json, int at)
    {
        (char open, _, _, bool inString) = JsonScan.Of(json[..at]);
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
            return $"more after its end, {Shown(json[at..])}";
        return open == '{' && last is '"' && b == '"' ? "no comma or colon before a string" : Shown(json[at..]);
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

    /// <summary>The first of some bytes, for people.</summary>
    public static string Shown(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("\uFEFF"u8))
        {
            return "a byte order mark (EF BB BF), which stands at the beginning of a file alone. Were two files "
                + "joined? Take it out";
        }

        return rest[0] is > 32 and < 127 ? $"'{(char)rest[0]}'" : $"the byte {rest[0]:X2}";
    }
}
