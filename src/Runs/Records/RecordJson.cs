using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>How lists of records are read back: what a record must have and has not is an error.</summary>
internal static class RecordJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
