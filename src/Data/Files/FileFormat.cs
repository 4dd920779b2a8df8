namespace MolEngine.Data.Files;

/// <summary>A format that files of a corpus may have: from bytes to records.</summary>
internal abstract class FileFormat
{
    /// <summary>
    /// As <c>data.corpora[].format</c> calls it, and as the key of the token cache has it. Formats of one name are told
    /// apart by a file's first bytes.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Extensions of its files, with their dot, in lower case; ".gz" or ".zst" may follow.</summary>
    public abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>What a file of the format holds, for the error of one that holds nothing.</summary>
    public abstract string Content { get; }

    /// <summary>Whether its records have rows, from 0, instead of lines.</summary>
    public virtual bool HasRows => false;

    /// <summary>Whether a file that begins so may be of the format.</summary>
    /// <param name="head">The first 4096 bytes, unpacked, without a byte order mark; fewer of a shorter file.</param>
    public virtual bool Fits(ReadOnlySpan<byte> head) => true;

    /// <summary>The records of a file, one at a time: what one holds lives until the next is asked for.</summary>
    public IEnumerable<FileOutcome> Read(CorpusContent content, ReadOptions options)
    {
        using IEnumerator<FileOutcome> outcomes = Outcomes(content, options).GetEnumerator();
        while (true)
        {
            // What ends a file too early is its last outcome.
            BadRecordException? broken = Next(outcomes, out bool more);
            if (broken is not null)
                yield return broken;
            if (!more)
                yield break;
            yield return outcomes.Current;
        }
    }

    /// <inheritdoc cref="Read"/>
    /// <exception cref="BadRecordException">Nothing after that place can be read.</exception>
    protected abstract IEnumerable<FileOutcome> Outcomes(CorpusContent content, ReadOptions options);

    private static BadRecordException? Next(IEnumerator<FileOutcome> outcomes, out bool more)
    {
        try
        {
            more = outcomes.MoveNext();
            return null;
        }
        catch (BadRecordException problem)
        {
            more = false;
            return problem;
        }
    }
}
