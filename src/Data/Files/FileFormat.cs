namespace MolEngine.Data.Files;

/// <summary>A format that files of a corpus may have: from bytes to records.</summary>
internal abstract class FileFormat
{
    /// <summary>
    /// As <c>data.corpora[].format</c> calls it, and as the key of the token cache has it. Formats of one name are told
    /// apart by a file's first bytes.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Of the names of its files, with their dot, in lower case; ".gz" may follow.</summary>
    public abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>What a file of the format holds, for the error of one that holds nothing.</summary>
    public abstract string Content { get; }

    /// <summary>Whether a file that begins so may be of the format.</summary>
    /// <param name="head">The first 4096 bytes, unpacked, without a byte order mark; fewer of a shorter file.</param>
    public virtual bool Fits(ReadOnlySpan<byte> head) => true;

    /// <summary>The records of a file, one at a time: what one holds lives until the next is asked for.</summary>
    public abstract IEnumerable<FileOutcome> Read(CorpusContent content, ReadRequest request);
}
