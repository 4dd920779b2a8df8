using System.Text.Json;
using MolEngine.Basics.Values;

namespace MolEngine.Engine.Files;

/// <summary>JSON that has been read, as values.</summary>
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

    private static MapValue Map(JsonElement element)
    {
        OrderedDictionary<string, DataValue> entries = [];
        foreach (JsonProperty property in element.EnumerateObject())
            entries[property.Name] = Of(property.Value);
        return new MapValue([.. entries]);
    }
}
