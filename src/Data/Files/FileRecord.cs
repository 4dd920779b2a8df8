using MolEngine.Basics.Values;

namespace MolEngine.Data.Files;

/// <summary>A record as its format has it: fields, or a text alone.</summary>
/// <param name="Fields">All that the record holds; empty where the format knows no fields.</param>
internal sealed record FileRecord(RecordPlace Place, MapValue Fields)
{
    /// <summary>A record of a format that knows no fields.</summary>
    public FileRecord(RecordPlace place, string text)
        : this(place, MapValue.Empty) => Text = text;

    /// <summary>The whole record, where the format knows no fields; null where it has fields.</summary>
    public string? Text { get; }
}
