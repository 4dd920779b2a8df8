namespace MolEngine.Data.Files;

/// <summary>The bytes of a corpus file whose errors are told for people. Does not own the stream beneath.</summary>
/// <param name="packing">What the bytes are unpacked from: "gzip"; null where they are the file's own.</param>
internal sealed class CorpusStream(string path, Stream inner, string? packing) : ReadingStream
{
    /// <exception cref="UserException">The packed data is broken or cut off, or the file cannot be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw CorpusContent.Broken(path, packing ?? "", e);
        }
        catch (IOException e)
        {
            throw CorpusContent.Unreadable(path, e);
        }
    }
}
