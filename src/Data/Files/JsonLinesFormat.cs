namespace MolEngine.Data.Files;

/// <summary>JSONL: an object a line; blank lines are skipped.</summary>
internal sealed class JsonLinesFormat : JsonFormat
{
    protected override IEnumerable<FileSlice> Slices(CorpusContent content) =>
        LineReader.Read(content.Window).Where(line => !LineReader.IsBlank(line.Bytes.Span));
}
