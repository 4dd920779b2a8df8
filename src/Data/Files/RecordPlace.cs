using MolEngine.Basics.Values;

namespace MolEngine.Data.Files;

/// <summary>Where a record lies in its file, for errors. Good until the next record is asked for.</summary>
/// <param name="file">Its path.</param>
/// <param name="line">Its first line, from 1; in a table without lines its row, from 0.</param>
internal class RecordPlace(string file, long line)
{
    public string File { get; } = file;

    public long Line { get; } = line;

    /// <summary>The place for people: "file:12".</summary>
    public virtual string Shown => BadRecordException.PlaceOf(File, Line, isRow: false);

    /// <summary>Where in the file a value of the record stands: "at byte 43 of the file"; null where it is not
    /// known.</summary>
    public virtual string? Of(ValuePath path) => null;

    /// <summary>What is wrong with the record, or with a field of it.</summary>
    /// <param name="what">"record", or the field's path.</param>
    /// <param name="detail">"expected a string, got a number".</param>
    public virtual BadRecordException Problem(string what, string detail) => new(File, Line, $"{what}: {detail}");
}
