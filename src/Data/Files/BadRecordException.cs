namespace MolEngine.Data.Files;

/// <summary>A record that fits nothing. It may be skipped; the file goes on after it unless its end was lost.</summary>
/// <param name="file">Its path.</param>
/// <param name="line">From 1; in a table without lines the row, from 0.</param>
/// <param name="detail">What is wrong: "text: expected a string, got a number".</param>
/// <param name="isRow">Whether <paramref name="line"/> is a row.</param>
public sealed class BadRecordException(string file, long line, string detail, bool isRow = false)
    : UserException($"{PlaceOf(file, line, isRow)}: {detail}")
{
    public string File { get; } = file;

    public long Line { get; } = line;

    public string Detail { get; } = detail;

    /// <summary>Keys of the corpus with which such a record could be read: <c>fields: {text: note}</c>.</summary>
    public IReadOnlyList<string> Readings { get; internal set; } = [];

    /// <summary>"file:12", or "file: row 12".</summary>
    public static string PlaceOf(string file, long line, bool isRow) =>
        isRow ? $"{file}: row {line}" : $"{file}:{line}";
}
