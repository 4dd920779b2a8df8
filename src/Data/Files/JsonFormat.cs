namespace MolEngine.Data.Files;

/// <summary>JSON objects, one to a record; how they lie in the file is the formats' own.</summary>
internal abstract class JsonFormat : FileFormat
{
    public sealed override string Name => FileFormats.Json;

    public sealed override IReadOnlyList<string> Extensions { get; } = [".json", ".jsonl", ".ndjson"];

    public sealed override string Content => "a record {\"text\": ...} a line";

    public sealed override IEnumerable<FileOutcome> Read(CorpusContent content, ReadRequest request)
    {
        var reader = new JsonObjectReader(content.Path, request);
        using IEnumerator<FileSlice> slices = Slices(content).GetEnumerator();
        while (true)
        {
            // Bytes that end a file too early are its last outcome.
            BadRecordException? broken = Next(slices, out bool more);
            if (broken is not null)
                yield return broken;
            if (!more)
                yield break;
            yield return Outcome(reader, slices.Current);
        }
    }

    /// <summary>The bytes of each object.</summary>
    /// <exception cref="BadRecordException">Nothing after that place can be read.</exception>
    protected abstract IEnumerable<FileSlice> Slices(CorpusContent content);

    private static BadRecordException? Next(IEnumerator<FileSlice> slices, out bool more)
    {
        try
        {
            more = slices.MoveNext();
            return null;
        }
        catch (BadRecordException problem)
        {
            more = false;
            return problem;
        }
    }

    private static FileOutcome Outcome(JsonObjectReader reader, FileSlice slice)
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
