using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace MolEngine.Engine.Files;

/// <summary>The fields of a JSON object read from a file, with errors that name the file and the key.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = [];

    private JsonFields(string where, string prefix, JsonElement json)
    {
        Where = where;
        Prefix = prefix;
        Json = json;
        foreach (JsonProperty field in json.EnumerateObject())
        {
            if (!_fields.TryAdd(field.Name, field.Value))
                throw new ModelFileException(
                    $"{where}: key {prefix}{field.Name}: expected once, got it twice. Remove one of the two.");
        }
    }

    /// <summary>The file, for errors.</summary>
    public string Where { get; }

    /// <summary>The path of the object inside the file, with its final dot; empty at the top.</summary>
    public string Prefix { get; }

    public JsonElement Json { get; }

    /// <summary>The object's text as the file has it.</summary>
    public string RawText => JsonText.AsWritten(Json.GetRawText());

    public IEnumerable<KeyValuePair<string, JsonElement>> All => _fields;

    public static JsonFields Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(
                $"{path}: cannot be read: expected a JSON file, got \"{e.Message}\". Check the path.", e);
        }

        return Parse(path, bytes);
    }

    public static JsonFields Parse(string where, string json)
    {
        byte[] bytes;
        try
        {
            bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(json);
        }
        catch (EncoderFallbackException e)
        {
            throw new ModelFileException(
                $"{where}: not valid text: expected Unicode, got a lone surrogate. Save it as UTF-8.", e);
        }

        return Parse(where, bytes);
    }

    /// <summary>A whole UTF-8 text that holds one JSON object.</summary>
    public static JsonFields Parse(string where, ReadOnlyMemory<byte> utf8)
    {
        JsonElement json = JsonText.Parse(where, utf8);
        if (json.ValueKind != JsonValueKind.Object)
            throw new ModelFileException(
                $"{where}: expected a JSON object, got {json.ValueKind}. Check that this is the right file.");
        return new JsonFields(where, "", json);
    }

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string key) => TryGet(key, out _);

    /// <summary>Whether the key is there, whatever its value.</summary>
    public bool Names(string key) => _fields.ContainsKey(key);

    public bool TryGet(string key, [NotNullWhen(true)] out JsonElement? value)
    {
        bool found = _fields.TryGetValue(key, out JsonElement element) && element.ValueKind != JsonValueKind.Null;
        value = found ? element : null;
        return found;
    }

    public int Integer(string key) =>
        OptionalInteger(key) ?? throw new ModelFileException(
            $"{Where}: key {Prefix}{key} is missing: expected an integer. Add it, or download the file again.");

    public int? OptionalInteger(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return null;
        return IntegerOf(value.Value) ?? throw Wrong(key, "an integer", value.Value);
    }

    public double Number(string key) =>
        OptionalNumber(key) ?? throw new ModelFileException(
            $"{Where}: key {Prefix}{key} is missing: expected a number. Add it, or download the file again.");

    public double? OptionalNumber(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return null;
        if (value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetDouble(out double number)
            && double.IsFinite(number))
            return number;
        throw Wrong(key, "a finite number", value.Value);
    }

    public bool Flag(string key, bool otherwise)
    {
        if (!TryGet(key, out JsonElement? value))
            return otherwise;
        return value.Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false", value.Value),
        };
    }

    public string? Text(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return null;
        return TextOf(value.Value) ?? throw Wrong(key, "a text", value.Value);
    }

    /// <summary>A list of texts, or null where the key is absent or null.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return null;
        if (value.Value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, "a list of texts", value.Value);
        IEnumerable<string?> texts = value.Value.EnumerateArray().Select(TextOf);
        return [.. texts.Select(text => text ?? throw Wrong(key, "a list of texts", value.Value))];
    }

    /// <summary>One integer or a list of integers; empty where the key is absent or null.</summary>
    public IReadOnlyList<int> Integers(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return [];
        if (value.Value.ValueKind != JsonValueKind.Array)
            return [IntegerOf(value.Value) ?? throw Wrong(key, "an integer or a list of integers", value.Value)];
        IEnumerable<int?> integers = value.Value.EnumerateArray().Select(IntegerOf);
        return [.. integers.Select(integer => integer ?? throw Wrong(key, "a list of integers", value.Value))];
    }

    public JsonFields? Object(string key)
    {
        if (!TryGet(key, out JsonElement? value))
            return null;
        if (value.Value.ValueKind != JsonValueKind.Object)
            throw Wrong(key, "an object", value.Value);
        return new JsonFields(Where, $"{Prefix}{key}.", value.Value);
    }

    /// <summary>The error for a value that is not what the key takes.</summary>
    public ModelFileException Wrong(string key, string expected, JsonElement got, string todo = "Correct the file.") =>
        new JsonView(got, Where, Prefix + key).Error("", expected, Show(got), todo);

    /// <summary>A value as it stands in the file, on one line and cut short.</summary>
    public static string Show(JsonElement value)
    {
        string text = string.Join(
            ' ', JsonText.AsWritten(value.GetRawText()).Split('\n').Select(line => line.Trim()));
        return text.Length <= 80 ? text : text[..77] + "...";
    }

    /// <summary>Whether a value switches its key off: null, false, or nothing in quotes or brackets.</summary>
    public static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };

    /// <summary>The text of a JSON string; null where it is something else or holds a lone surrogate.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static int? IntegerOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return null;
        if (value.TryGetInt32(out int integer))
            return integer;
        bool whole = value.TryGetDouble(out double number) && number == Math.Floor(number)
            && Math.Abs(number) < int.MaxValue;
        return whole ? (int)number : null;
    }
}
