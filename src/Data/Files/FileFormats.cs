namespace MolEngine.Data.Files;

/// <summary>The formats of corpus files.</summary>
public static class FileFormats
{
    /// <summary>The name of JSON and JSONL: what texts to score are read as.</summary>
    public const string Json = "json";

    /// <summary>The name of plain text.</summary>
    public const string Text = "text";

    /// <summary>
    /// All formats. Of those of one name the first that fits reads a file; the last fits any, and says what is wrong
    /// with one that is not of it.
    /// </summary>
    internal static IReadOnlyList<FileFormat> All { get; } =
    [
        new PlainTextFormat(), new JsonArrayFormat(), new JsonObjectsFormat(), new JsonLinesFormat(),
        new CsvFormat("csv", [".csv"], null), new CsvFormat("tsv", [".tsv", ".tab"], '\t'), new ParquetFormat(),
    ];

    /// <summary>Names of the formats, each once.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name).Distinct()];

    /// <summary>Extensions of all formats, each once.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. All.SelectMany(f => f.Extensions).Distinct()];

    /// <summary>Extensions of packed files, after that of their format.</summary>
    public static IReadOnlyList<string> Packings { get; } = [".gz", ".zst"];

    /// <summary>A file's name without the extension of its packing.</summary>
    public static string WithoutPacking(string path) =>
        Packings.FirstOrDefault(p => path.EndsWith(p, StringComparison.OrdinalIgnoreCase)) is { } packing
            ? path[..^packing.Length]
            : path;

    /// <summary>The name of the format that a file's extension says; null where it says none.</summary>
    /// <param name="extension">In any case, with its dot.</param>
    public static string? NameOf(string extension) =>
        All.FirstOrDefault(f => f.Extensions.Contains(extension.ToLowerInvariant()))?.Name;

    /// <summary>Where a record lies: "file:12", or "file: row 12".</summary>
    /// <param name="format">One of <see cref="Names"/>.</param>
    public static string PlaceOf(string format, string path, long line) =>
        BadRecordException.PlaceOf(path, line, All.First(f => f.Name == format).HasRows);

    /// <summary>The format that reads a file. Parquet is known by its first bytes, whatever it is called.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    internal static FileFormat Of(string name, CorpusContent content)
    {
        bool isParquet = FileKinds.IsParquet(content.Head.Span);
        return isParquet ? All.OfType<ParquetFormat>().Single()
            : All.First(f => f.Name == name && f.Fits(content.Head.Span));
    }
}
