namespace MolEngine.Data.Files;

/// <summary>One JSON object, or several one after the other, written over several lines each: as people and
/// <c>jq</c> print them.</summary>
internal sealed class JsonObjectsFormat : JsonFormat
{
    /// <summary>An object whose first line ends where more must follow.</summary>
    public override bool Fits(ReadOnlySpan<byte> head)
    {
        int start = head.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || head[start] != '{' || head[start..].IndexOf((byte)'\n') is not (>= 0 and var length))
            return false;
        ReadOnlySpan<byte> line = head.Slice(start, length).TrimEnd(" \t\r"u8);
        return line[^1] is (byte)'{' or (byte)'[' or (byte)',' or (byte)':';
    }

    protected override IEnumerable<FileSlice> Slices(CorpusContent content) => new JsonElementReader(content).Objects();
}
