using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>The records of a corpus's files, one at a time.</summary>
/// <param name="skip">Called with every record that fits nothing; null makes the first of them an error.</param>
public sealed class RecordReader(CorpusSettings corpus, Action<BadRecordException>? skip = null)
{
    /// <summary>Records after which a corpus whose text is mostly left out is refused; at its end it is in any case.
    /// </summary>
    private const int EnoughToTell = 1000;

    private readonly RecordShapes _shapes = new(corpus);

    /// <summary>What a piece may hold where the corpus is split by tokens; else not asked.</summary>
    public TextLimit? Limit { get; init; }

    /// <summary>Is told what of the records was used, across all files of the corpus.</summary>
    public ReadingReport? Report { get; init; }

    /// <summary>The records of all files of the corpus, in their order, each with its file.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public IEnumerable<(CorpusFile File, CorpusRecord Record)> ReadAll()
    {
        foreach (CorpusFile file in CorpusFiles.Of(corpus, out _))
        {
            using CorpusContent content = CorpusContent.Open(file.Path, corpus.LongestRecord);
            foreach (CorpusRecord record in Read(content, file))
                yield return (file, record);
        }
    }

    /// <summary>The records of an open file.</summary>
    /// <exception cref="UserException">A bad record that is not skipped, a file without any record (unless it was found
    /// in a folder), or records most of whose text no rule uses.</exception>
    public IEnumerable<CorpusRecord> Read(CorpusContent content, CorpusFile file)
    {
        if (content.Head.IsEmpty && file.IsFound && Report is not null)
        {
            Report.AddEmptyFile(content.Path);
            yield break;
        }

        if (corpus.Format is null)
        {
            FileKinds.RefuseMarkup(content.Path, content.Head.Span);
            if (file.Format == FileFormats.Text)
                FileKinds.RefuseRecords(content.Path, content.Head.Span);
        }

        FileFormat format = FileFormats.Of(file.Format, content);
        long outcomes = 0;
        foreach (FileOutcome outcome in format.Read(content, new(corpus.Split, Limit)))
        {
            outcomes++;
            BadRecordException? problem = outcome.Problem;
            CorpusRecord? record = outcome.Record is { } read ? Record(read, out problem) : null;
            if (record is not null)
                yield return record;
            else if (skip is null)
                throw problem!;
            else
                skip(problem!);
        }

        if (outcomes == 0 && file.IsFound && Report is not null)
        {
            Report.AddEmptyFile(content.Path);
        }
        else if (outcomes == 0)
        {
            throw new UserException(
                $"{content.Path}: corpus: expected {format.Content}, got no records ("
                    + $"{Counts.Of(RealPath.FileAt(content.Path).Length, "byte")})");
        }
    }

    /// <summary>Null: it fits nothing.</summary>
    private CorpusRecord? Record(FileRecord read, out BadRecordException? problem)
    {
        problem = null;
        CorpusRecord record;
        try
        {
            record = _shapes.Record(read, Report);
        }
        catch (BadRecordException e)
        {
            problem = e;
            return null;
        }

        if (Report?.Records == EnoughToTell)
            Report.Summary().RequireMostUsed(read.Place.File, corpus.Name);
        return record;
    }
}
