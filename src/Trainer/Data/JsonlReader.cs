using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MolEngine.Trainer.Data;

/// <summary>A record's text and the line it stands on, from 1.</summary>
public readonly record struct TextRecord(string Text, long Line);

/// <summary>Reads JSONL: an object a line with a <c>text</c>; other keys are ignored, blank lines skipped.</summary>
public static class JsonlReader
{
    /// <exception cref="UserException">A line is not UTF-8, not a JSON object, or has no <c>text</c>; or the file has
    /// no record at all.</exception>
    public static IEnumerable<TextRecord> Read(string path)
    {
        long records = 0;
        foreach (Line line in Lines(path))
        {
            if (line.Bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            records++;
            yield return new TextRecord(Text(path, line), line.Number);
        }

        if (records == 0)
        {
            throw new UserException(
                $"{path}: corpus: expected a record {{\"text\": ...}} a line, got no records "
                    + $"({new FileInfo(path).Length} bytes)");
        }
    }

    private static IEnumerable<Line> Lines(string path)
    {
        if (Directory.Exists(path))
            throw new UserException($"{path}: corpus: expected a JSONL file, got a folder");
        if (!File.Exists(path))
            throw new UserException($"{path}: corpus: expected a JSONL file, got no such file");
        return JsonlLines.Read(path);
    }

    private static string Text(string path, Line line)
    {
        ReadOnlySpan<byte> bytes = line.Bytes.Span;
        int valid = ValidPrefix(bytes);
        if (valid < bytes.Length)
        {
            throw new UserException(
                $"{path}:{line.Number}: record: expected UTF-8, got the byte {bytes[valid]:X2} at byte "
                    + $"{line.Offset + valid} of the file. Convert the file to UTF-8");
        }

        var json = new Utf8JsonReader(bytes);
        try
        {
            return FindText(ref json, path, line);
        }
        catch (JsonException e)
        {
            long at = line.Offset + (e.BytePositionInLine ?? 0);
            string reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
            throw new UserException(
                $"{path}:{line.Number}: record: expected one JSON object on the line, got an error at byte {at} of "
                    + $"the file: {reason}", e);
        }
    }

    private static string FindText(ref Utf8JsonReader json, string path, Line line)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            throw Wrong(path, line, "record", "an object {\"text\": ...}", Kind(json.TokenType));
        string? text = null;
        var keys = new List<string>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isText = json.ValueTextEquals("text"u8);
            if (!isText && keys.Count < 8)
            {
                keys.Add(
                    Encoding.UTF8.GetString(json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan));
            }

            json.Read();
            if (!isText)
                json.Skip();
            else if (json.TokenType == JsonTokenType.String)
                text = Unescape(ref json, path, line);
            else
                throw Wrong(path, line, "text", "a string", $"{Kind(json.TokenType)} {Place(json, line)}");
        }

        // Anything after the object is an error that the reader itself finds.
        json.Read();
        string got = keys.Count == 0 ? "an object without keys" : $"the keys {string.Join(", ", keys)}";
        return text ?? throw Wrong(path, line, "record", "a key \"text\"", got);
    }

    private static string Unescape(ref Utf8JsonReader json, string path, Line line)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            string got = $"half of a surrogate pair (\\uD800 to \\uDFFF) in the string {Place(json, line)}";
            throw Wrong(path, line, "text", "whole characters", got);
        }
    }

    private static string Place(in Utf8JsonReader json, Line line) =>
        $"at byte {line.Offset + json.TokenStartIndex} of the file";

    private static UserException Wrong(string path, Line line, string what, string expected, string got) =>
        new($"{path}:{line.Number}: {what}: expected {expected}, got {got}");

    private static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    /// <summary>Bytes before the first that is not UTF-8.</summary>
    private static int ValidPrefix(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return bytes.Length;
        int at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out int used) == OperationStatus.Done)
            at += used;
        return at;
    }
}
