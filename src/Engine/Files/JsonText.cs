using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using MolEngine.Basics;

namespace MolEngine.Engine.Files;

/// <summary>
/// The one parser of the JSON that belongs to models, with errors in words of our own. It reads what Python writes:
/// NaN, Infinity and -Infinity, which JSON lacks, become texts that no key takes for a number, so that they matter only
/// where something reads them.
/// </summary>
internal static class JsonText
{
    private const char Mark = '@';
    private static readonly string[] PythonNumbers = ["-Infinity", "Infinity", "NaN"];

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses a whole UTF-8 text, with or without byte order mark.</summary>
    /// <param name="where">The file, for errors.</param>
    /// <exception cref="ModelFileException">It is no UTF-8, or no JSON.</exception>
    public static JsonElement Parse(string where, ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new ModelFileException(
                $"{where}: not valid text: expected UTF-8, got other bytes. Download the file again.");
        }

        utf8 = QuotePythonNumbers(utf8);
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            RequireNames(where, utf8.Span);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ModelFileException($"{where}{Explain(utf8.Span, e)}", e);
        }
    }

    /// <summary>Looking for a name would throw where another one is half of a character.</summary>
    private static void RequireNames(string where, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\u"u8) < 0)
            return;
        var json = new Utf8JsonReader(utf8);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || !json.ValueIsEscaped)
                continue;
            try
            {
                json.GetString();
            }
            catch (InvalidOperationException e)
            {
                throw new ModelFileException(
                    $"{where}: a key is not valid text: expected Unicode, got a lone surrogate. Correct the file.", e);
            }
        }
    }

    /// <summary>A piece of a text that <see cref="Parse"/> read, as the file has it.</summary>
    public static string AsWritten(string json)
    {
        foreach (string number in PythonNumbers)
            json = json.Replace(Quoted(number), number);
        return json;
    }

    /// <summary>A text of an object that <see cref="Parse"/> read, with some of its keys changed.</summary>
    public static string Changed(string json, Action<JsonObject> change)
    {
        JsonObject fields = JsonNode.Parse(QuotePythonNumbers(Encoding.UTF8.GetBytes(json)).Span)!.AsObject();
        change(fields);
        return Written(fields);
    }

    /// <summary>An object as the text of a file.</summary>
    public static string Written(JsonObject fields) => AsWritten(fields.ToJsonString(Indented)) + "\n";

    /// <summary>A text as <see cref="Parse"/> reads it: Python's numbers quoted.</summary>
    public static ReadOnlyMemory<byte> QuotePythonNumbers(ReadOnlyMemory<byte> utf8)
    {
        ReadOnlySpan<byte> text = utf8.Span;
        if (text.IndexOf("NaN"u8) < 0 && text.IndexOf("Infinity"u8) < 0)
            return utf8;
        var output = new List<byte>(text.Length + 64);
        bool inString = false;
        for (int at = 0; at < text.Length; at++)
        {
            byte b = text[at];
            string? number = inString ? null : NumberAt(text[at..]);
            if (number is not null)
            {
                output.AddRange(Encoding.UTF8.GetBytes(Quoted(number)));
                at += number.Length - 1;
                continue;
            }

            output.Add(b);
            if (inString && b == '\\' && at + 1 < text.Length)
                output.Add(text[++at]);
            else if (b == '"')
                inString = !inString;
        }

        return output.ToArray();
    }

    private static string Quoted(string number) => $"\"{Mark}{number}{Mark}\"";

    private static string? NumberAt(ReadOnlySpan<byte> text)
    {
        if (text[0] is not ((byte)'N' or (byte)'I' or (byte)'-'))
            return null;
        foreach (string number in PythonNumbers)
        {
            if (text.StartsWith(Encoding.UTF8.GetBytes(number)))
                return number;
        }

        return null;
    }

    /// <summary>Line, column and what is wrong there, to stand behind the file's name.</summary>
    private static string Explain(ReadOnlySpan<byte> text, JsonException e)
    {
        int at = JsonScan.Offset(text, e);
        string place = $":{(e.LineNumber ?? 0) + 1}:{(e.BytePositionInLine ?? 0) + 1}: not JSON: ";
        ReadOnlySpan<byte> before = text[..at].TrimEnd(" \t\r\n"u8);
        JsonScan scan = JsonScan.Of(before);
        if (text.Trim(" \t\r\n"u8).IsEmpty)
            return ": not JSON: expected an object, got an empty file. Download the file again.";
        if (scan.Deepest >= Limits.JsonLevels)
            return place + $"expected values nested at most {Limits.JsonLevels} deep, got more. Correct the file.";
        if (at == text.Length)
            return place + "expected the rest of an object, got the end of the file. Download the file again.";
        string got = Show(text[at..]);
        if (!before.IsEmpty && before[^1] == ',' && (text[at] is (byte)'}' or (byte)']'))
            return place + $"expected another value behind the comma, got {got}. Take the comma out.";
        if (!before.IsEmpty && scan.Depth == 0)
            return place + $"expected one value, got {got} behind its end. Correct the file.";
        string comment = text[at] is (byte)'/' or (byte)'#' ? "Take comments out." : "Correct the file.";
        return place + $"expected {Wanted(before)}, got {got}. {comment}";
    }

    /// <summary>What may follow a text, by its last character.</summary>
    private static string Wanted(ReadOnlySpan<byte> before) => before.IsEmpty ? "an object" : before[^1] switch
    {
        (byte)'{' => "a key in double quotes or }",
        (byte)'[' or (byte)':' => "a value",
        (byte)',' => "a key or a value",
        (byte)'"' => "a colon, a comma or a closing bracket",
        _ => "a comma or a closing bracket",
    };

    private static string Show(ReadOnlySpan<byte> text)
    {
        Rune.DecodeFromUtf8(text, out Rune rune, out int length);
        if (Rune.IsControl(rune))
            return $"the character U+{rune.Value:X4}";
        int end = text.IndexOfAny(" \t\r\n,:{}[]\""u8);
        int word = Math.Clamp(end, length, Math.Max(length, 20));
        return end > length && end <= 20 ? Encoding.UTF8.GetString(text[..word]) : rune.ToString();
    }
}
