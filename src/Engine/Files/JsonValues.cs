using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Values;

namespace MolEngine.Engine.Files;

/// <summary>JSON as values, and values as JSON.</summary>
public static class JsonValues
{
    /// <summary>The value of an element. Of a name that stands twice in an object the last value counts.</summary>
    /// <exception cref="InvalidOperationException">A text holds half of a surrogate pair.</exception>
    public static DataValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new TextValue(element.GetString()!),
        JsonValueKind.Number => new NumberValue(element.GetRawText()),
        JsonValueKind.True => new FlagValue(true),
        JsonValueKind.False => new FlagValue(false),
        JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => Map(element),
        _ => NullValue.Instance,
    };

    /// <summary>Writes a value as JSON, as it was read.</summary>
    public static void Write(Utf8JsonWriter to, DataValue value)
    {
        switch (value)
        {
            case TextValue text:
                to.WriteStringValue(text.Text);
                break;
            case NumberValue number:
                to.WriteRawValue(number.Literal);
                break;
            case FlagValue flag:
                to.WriteBooleanValue(flag.IsTrue);
                break;
            case ListValue list:
                to.WriteStartArray();
                foreach (DataValue item in list.Items)
                    Write(to, item);
                to.WriteEndArray();
                break;
            case MapValue map:
                to.WriteStartObject();
                foreach ((string name, DataValue entry) in map.Entries)
                {
                    to.WritePropertyName(name);
                    Write(to, entry);
                }

                to.WriteEndObject();
                break;
            default:
                to.WriteNullValue();
                break;
        }
    }

    /// <summary>A value as a line of JSON: letters of all scripts as they are.</summary>
    public static string Line(DataValue value)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static MapValue Map(JsonElement element)
    {
        OrderedDictionary<string, DataValue> entries = [];
        foreach (JsonProperty property in element.EnumerateObject())
            entries[property.Name] = Of(property.Value);
        return new MapValue([.. entries]);
    }
}
