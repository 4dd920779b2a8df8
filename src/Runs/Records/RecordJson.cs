using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>How lists of records are read back: what a record must have and has not is an error.</summary>
internal static class RecordJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>All records of a list.</summary>
    /// <exception cref="JsonException">It is no list, or one of its elements is no such record.</exception>
    public static IReadOnlyList<T> List<T>(JsonElement json)
        where T : class
    {
        T?[] all = json.Deserialize<T?[]>(Options) ?? throw new JsonException("expected a list, got null");
        return [.. all.Select(r => r ?? throw new JsonException("expected a record, got null"))];
    }
}
