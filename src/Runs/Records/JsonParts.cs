using System.Text.Encodings.Web;
using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>What every JSON file of figures is written with.</summary>
internal static class JsonParts
{
    public static readonly JsonWriterOptions Options =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An array with an object for each element.</summary>
    public static void Objects<T>(
        this Utf8JsonWriter json, string name, IEnumerable<T> elements, Action<Utf8JsonWriter, T> fields)
    {
        json.WriteStartArray(name);
        foreach (T element in elements)
        {
            json.WriteStartObject();
            fields(json, element);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An array of texts.</summary>
    public static void Texts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
