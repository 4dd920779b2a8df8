using MolEngine.Basics.Values;

namespace MolEngine.Data.Files;

/// <summary>A record as its file has it, before any meaning.</summary>
/// <param name="Fields">All that it holds; of plain text <c>text</c> alone.</param>
/// <param name="Place">For people: "file:12", or "file: row 12".</param>
public sealed record FieldRecord(MapValue Fields, string Place);

/// <summary>Records of files of any format, as trees of values.</summary>
public static class FieldRecords
{
    /// <summary>The field that holds a text which has no fields.</summary>
    public const string TextField = "text";

    /// <param name="path">A file of a format of <see cref="FileFormats"/>; other names are taken for JSON.</param>
    /// <param name="columns">Names of the columns of a table whose first row is data; null: that row names them.
    /// Formats that are no text tables have their own names.</param>
    /// <param name="split">How a plain text becomes records.</param>
    /// <exception cref="UserException">The file, or a record of it, cannot be read.</exception>
    public static IEnumerable<FieldRecord> Read(
        string path, IReadOnlyList<string>? columns = null, TextSplit split = TextSplit.Whole)
    {
        using CorpusContent content = CorpusContent.Open(path);
        string extension = Path.GetExtension(FileFormats.WithoutPacking(path));
        string name = FileFormats.NameOf(extension) ?? FileFormats.Json;
        FileFormat format = FileFormats.Of(name, content);
        foreach (FileOutcome outcome in format.Read(content, new ReadOptions(split, Columns: columns)))
        {
            if (outcome.Problem is { } problem)
                throw problem;
            FileRecord record = outcome.Record!;
            MapValue fields = record.Text is { } text
                ? new MapValue([new(TextField, new TextValue(text))])
                : record.Fields;
            yield return new FieldRecord(
                fields, BadRecordException.PlaceOf(path, record.Place.Line, format.HasRows));
        }
    }
}
