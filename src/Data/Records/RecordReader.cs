using MolEngine.Basics.Text;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>The records of a corpus's files, one at a time.</summary>
/// <param name="skip">Called with every record that fits nothing; null makes the first of them an error.</param>
public sealed class RecordReader(CorpusSettings corpus, Action<BadRecordException>? skip = null)
{
    /// <summary>The records of an open file.</summary>
    /// <exception cref="UserException">A bad record that is not skipped, or a file without any record.</exception>
    public IEnumerable<CorpusRecord> Read(CorpusContent content, CorpusFile file)
    {
        long outcomes = 0;
        foreach (ReadOutcome outcome in file.IsText ? PlainTextReader.Read(content, corpus.Split) : Json(content))
        {
            outcomes++;
            if (outcome.Record is { } record)
                yield return record;
            else if (skip is null)
                throw outcome.Problem!;
            else
                skip(outcome.Problem!);
        }

        if (outcomes == 0)
        {
            string expected = file.IsText ? "text" : "a record {\"text\": ...} a line";
            throw new UserException(
                $"{content.Path}: corpus: expected {expected}, got no records ("
                    + $"{Counts.Of(new FileInfo(content.Path).Length, "byte")})");
        }
    }

    private IEnumerable<ReadOutcome> Json(CorpusContent content)
    {
        var parser = new JsonRecordParser(content.Path, corpus);
        int start = content.Head.Span.IndexOfAnyExcept(" \t\r\n"u8);
        bool isArray = start >= 0 && content.Head.Span[start] == '[';
        IEnumerable<FileSlice> slices = isArray
            ? new JsonArrayReader(content).Read()
            : LineReader.Read(content.Window).Where(line => !LineReader.IsBlank(line.Bytes.Span));
        using IEnumerator<FileSlice> each = slices.GetEnumerator();
        while (true)
        {
            // Bytes that end an array too early are its last outcome.
            BadRecordException? broken = Next(each, out bool more);
            if (broken is not null)
                yield return broken;
            if (!more)
                yield break;
            yield return Outcome(parser, each.Current);
        }
    }

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

    private static ReadOutcome Outcome(JsonRecordParser parser, FileSlice slice)
    {
        try
        {
            return parser.Parse(slice);
        }
        catch (BadRecordException problem)
        {
            return problem;
        }
    }
}
