using System.Text.Json;

namespace MolEngine.Basics.Text;

/// <summary>Numbers of JSON that may be absent.</summary>
public static class JsonNumbers
{
    /// <summary>Writes a number, or null for none.</summary>
    public static void WriteNumber(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
