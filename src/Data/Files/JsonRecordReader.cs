using System.Text;
using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;

namespace MolEngine.Data.Files;

/// <summary>The record of a JSON object's bytes: all of its fields.</summary>
internal sealed class JsonRecordReader(CorpusContent content)
{
    private const int EntriesToIndex = 32;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    /// <exception cref="BadRecordException">They are not UTF-8, or not one JSON object; a key of it comes twice, or a
    /// string holds half of a surrogate pair.</exception>
    public FileRecord Read(FileSlice slice)
    {
        Utf8Text.Require(content, slice);
        var json = new Utf8JsonReader(slice.Bytes.Span, Options);
        try
        {
            return Read(ref json, slice);
        }
        catch (JsonException e)
        {
            int at = JsonScan.Offset(slice.Bytes.Span, e);
            throw Problem(slice, at, "record", $"expected one JSON object, got {JsonMistake.Of(slice.Bytes.Span, at)}");
        }
    }

    private FileRecord Read(ref Utf8JsonReader json, FileSlice slice)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new BadRecordException(
                content.Path, slice.Line,
                $"record: expected an object {{\"key\": value, ...}}, got {JsonMistake.Kind(json.TokenType)}");
        }

        MapValue fields = Map(ref json, slice, 1, 0);

        // Anything after the object is an error that the reader itself finds.
        json.Read();
        return new FileRecord(new JsonPlace(content, slice), fields);
    }

    /// <param name="field">Where in the slice the record's field begins that all this is in.</param>
    private DataValue Value(ref Utf8JsonReader json, FileSlice slice, int level, long field)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return new TextValue(Text(ref json, slice));
            case JsonTokenType.Number:
                return new NumberValue(Encoding.UTF8.GetString(json.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return new FlagValue(json.TokenType == JsonTokenType.True);
            case JsonTokenType.Null:
                return NullValue.Instance;
        }

        if (level > Limits.RecordLevels)
        {
            throw Problem(
                slice, field, "record",
                $"expected at most {Limits.RecordLevels} lists and objects in one another, got more");
        }

        return json.TokenType == JsonTokenType.StartObject
            ? Map(ref json, slice, level, field)
            : List(ref json, slice, level, field);
    }

    private ListValue List(ref Utf8JsonReader json, FileSlice slice, int level, long field)
    {
        var items = new List<DataValue>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            items.Add(Value(ref json, slice, level + 1, field));
        return new(items);
    }

    private MapValue Map(ref Utf8JsonReader json, FileSlice slice, int level, long field)
    {
        var entries = new List<KeyValuePair<string, DataValue>>();
        Dictionary<string, int>? places = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            long start = json.TokenStartIndex;
            string name = Text(ref json, slice);
            json.Read();
            DataValue value = Value(ref json, slice, level + 1, level == 1 ? json.TokenStartIndex : field);
            int before = PlaceOf(name, entries, ref places);
            if (before < 0)
                entries.Add(new(name, value));
            else if (!entries[before].Value.Equals(value))
                throw Problem(slice, start, "record", $"expected the key \"{name}\" once, got it with two values");
        }

        return new(entries);
    }

    /// <summary>Place of an entry, or -1. Small maps are looked through, large ones get an index.</summary>
    private static int PlaceOf(
        string name, List<KeyValuePair<string, DataValue>> entries, ref Dictionary<string, int>? places)
    {
        if (entries.Count < EntriesToIndex)
            return entries.FindIndex(e => e.Key == name);
        if (places is null)
        {
            places = [];
            for (int i = 0; i < entries.Count; i++)
                places.Add(entries[i].Key, i);
        }

        // A name that is not there is added next.
        return places.TryAdd(name, entries.Count) ? -1 : places[name];
    }

    private string Text(ref Utf8JsonReader json, FileSlice slice)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Problem(
                slice, json.TokenStartIndex, "record",
                "expected whole characters, got half of a surrogate pair (\\uD800 to \\uDFFF) in the string");
        }
    }

    /// <param name="at">Offset in the slice.</param>
    private BadRecordException Problem(FileSlice slice, long at, string what, string detail) => new(
        content.Path, slice.Line + slice.Bytes.Span[..(int)at].Count((byte)'\n'),
        $"{what}: {detail} {content.Place(slice.Offset + at)}");

    /// <summary>Finds a value by reading the object's bytes again: only errors ask.</summary>
    private sealed class JsonPlace(CorpusContent content, FileSlice slice) : RecordPlace(content.Path, slice.Line)
    {
        public override string? Of(ValuePath path)
        {
            var json = new Utf8JsonReader(slice.Bytes.Span, Options);
            json.Read();
            foreach (ValueStep step in path.Steps)
            {
                if (!Enter(ref json, step))
                    return null;
            }

            return content.Place(slice.Offset + json.TokenStartIndex);
        }

        private static bool Enter(ref Utf8JsonReader json, ValueStep step)
        {
            bool inMap = json.TokenType == JsonTokenType.StartObject;
            if (inMap != step.Name is not null || (!inMap && json.TokenType != JsonTokenType.StartArray))
                return false;
            for (int i = 0; json.Read(); i++)
            {
                if (json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    return false;
                bool found = inMap ? json.ValueTextEquals(step.Name) : i == step.Index;
                if (inMap)
                    json.Read();
                if (found)
                    return true;
                json.Skip();
            }

            return false;
        }
    }
}
