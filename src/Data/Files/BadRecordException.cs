namespace MolEngine.Data.Files;

/// <summary>A record that fits nothing. It may be skipped; the file goes on after it unless its end was lost.</summary>
/// <param name="file">Its path.</param>
/// <param name="line">From 1.</param>
/// <param name="detail">What is wrong: "text: expected a string, got a number".</param>
public sealed class BadRecordException(string file, long line, string detail)
    : UserException($"{file}:{line}: {detail}")
{
    public string File { get; } = file;

    public long Line { get; } = line;

    public string Detail { get; } = detail;
}
