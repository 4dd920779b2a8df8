using System.Text.Json;

namespace MolEngine.Engine.Files;

/// <summary>Where a JSON text is at a place of it: what its errors are told with.</summary>
/// <param name="Open">The bracket that is open last; <c>'\0'</c> for none.</param>
/// <param name="Depth">How many are open; below 0 where more were closed.</param>
/// <param name="Deepest">How many were at most.</param>
/// <param name="InString">Whether a string is open.</param>
public readonly record struct JsonScan(char Open, int Depth, int Deepest, bool InString)
{
    /// <summary>Goes through a text's brackets and strings; all else may be anything.</summary>
    public static JsonScan Of(ReadOnlySpan<byte> json)
    {
        var open = new Stack<char>();
        int depth = 0, deepest = 0;
        bool inString = false;
        for (int at = 0; at < json.Length; at++)
        {
            char c = (char)json[at];
            if (c == '"')
            {
                inString = !inString;
            }
            else if (inString)
            {
                at += c == '\\' ? 1 : 0;
            }
            else if (c is '{' or '[')
            {
                open.Push(c);
                deepest = Math.Max(deepest, ++depth);
            }
            else if (c is '}' or ']')
            {
                open.TryPop(out _);
                depth--;
            }
        }

        return new(open.TryPeek(out char last) ? last : '\0', depth, deepest, inString);
    }

    /// <summary>Where in a text its parser gave up.</summary>
    public static int Offset(ReadOnlySpan<byte> json, JsonException e)
    {
        int lineStart = 0;
        for (long i = 0; i < (e.LineNumber ?? 0); i++)
            lineStart += json[lineStart..].IndexOf((byte)'\n') + 1;
        return Math.Min(json.Length, lineStart + (int)(e.BytePositionInLine ?? 0));
    }
}
