namespace MolEngine.Data.Files;

/// <summary>A record as its format has it: fields, or a text alone.</summary>
/// <param name="Line">Its first line, from 1.</param>
internal sealed record FileRecord(long Line)
{
    /// <summary>Names in <see cref="Others"/> at most.</summary>
    public const int MostOthers = 8;

    /// <summary>The whole record, where the format knows no fields; null where it has fields.</summary>
    public string? Text { get; init; }

    /// <summary>The fields that were asked for, in the order of <see cref="ReadRequest.Fields"/>.</summary>
    public IReadOnlyList<FieldValue> Fields { get; init; } = [];

    /// <summary>The first names of fields that were not asked for: for people.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];
}
