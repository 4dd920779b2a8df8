namespace MolEngine.Data.Files;

/// <summary>The formats of corpus files.</summary>
public static class FileFormats
{
    /// <summary>The name of JSON and JSONL: what questions and texts to score are read as.</summary>
    public const string Json = "json";

    /// <summary>What all of them are, for errors.</summary>
    private const string Known = "text, JSON or JSONL in UTF-8";

    /// <summary>
    /// All formats. Of those of one name the first that fits reads a file; the last fits any, and says what is wrong
    /// with one that is not of it.
    /// </summary>
    internal static IReadOnlyList<FileFormat> All { get; } =
        [new PlainTextFormat(), new JsonArrayFormat(), new JsonLinesFormat()];

    /// <summary>Files that are known by their first bytes and not read: what they are, and what to do.</summary>
    private static readonly (byte[] Head, string What)[] NotRead =
    [
        ([0xFF, 0xFE], "UTF-16 (by its byte order mark). Convert it to UTF-8"),
        ([0xFE, 0xFF], "UTF-16 (by its byte order mark). Convert it to UTF-8"),
        ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard (magic 28 B5 2F FD). Unpack it first"),
        ([.. "PAR1"u8], "Parquet. Convert it to JSONL"),
        ([0x50, 0x4B, 3, 4], "a ZIP archive. Unpack it first"),
        ([.. "%PDF-"u8], "PDF. Convert it to text"),
    ];

    /// <summary>Names of the formats, each once.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name).Distinct()];

    /// <summary>Extensions of all formats, each once.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. All.SelectMany(f => f.Extensions).Distinct()];

    /// <summary>The name of the format that a file's extension says; null where it says none.</summary>
    /// <param name="extension">In any case, with its dot.</param>
    public static string? NameOf(string extension) =>
        All.FirstOrDefault(f => f.Extensions.Contains(extension.ToLowerInvariant()))?.Name;

    /// <summary>The format that reads a file.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    internal static FileFormat Of(string name, CorpusContent content) =>
        All.First(f => f.Name == name && f.Fits(content.Head.Span));

    /// <exception cref="UserException">A file that begins so is known to be none that is read.</exception>
    internal static void RefuseOthers(string path, ReadOnlySpan<byte> head)
    {
        foreach ((byte[] start, string what) in NotRead)
        {
            if (head.StartsWith(start))
                throw new UserException($"{path}: corpus: expected {Known}, got {what}");
        }
    }
}
