namespace MolEngine.Data.Files;

/// <summary>JSON objects, one to a record; how they lie in the file is the formats' own.</summary>
internal abstract class JsonFormat : FileFormat
{
    public sealed override string Name => FileFormats.Json;

    public sealed override IReadOnlyList<string> Extensions { get; } = [".json", ".jsonl", ".ndjson"];

    public sealed override string Content => "a record {\"text\": ...} a line";

    protected sealed override IEnumerable<FileOutcome> Outcomes(CorpusContent content, ReadOptions options)
    {
        var reader = new JsonRecordReader(content);
        return Slices(content).Select(s => Outcome(reader, s));
    }

    /// <summary>The bytes of each object.</summary>
    /// <exception cref="BadRecordException">Nothing after that place can be read.</exception>
    protected abstract IEnumerable<FileSlice> Slices(CorpusContent content);

    private static FileOutcome Outcome(JsonRecordReader reader, FileSlice slice)
    {
        try
        {
            return reader.Read(slice);
        }
        catch (BadRecordException problem)
        {
            return problem;
        }
    }
}
