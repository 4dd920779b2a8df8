namespace MolEngine.Data.Files;

/// <summary>One JSON array of objects.</summary>
internal sealed class JsonArrayFormat : JsonFormat
{
    public override bool Fits(ReadOnlySpan<byte> head)
    {
        int start = head.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && head[start] == '[';
    }

    protected override IEnumerable<FileSlice> Slices(CorpusContent content) => new JsonElementReader(content).Array();
}
