using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>The records of a corpus's files, one at a time.</summary>
/// <param name="skip">Called with every record that fits nothing; null makes the first of them an error.</param>
public sealed class RecordReader(CorpusSettings corpus, Action<BadRecordException>? skip = null)
{
    private readonly RecordShapes _shapes = new(corpus);

    /// <summary>The records of an open file.</summary>
    /// <exception cref="UserException">A bad record that is not skipped, or a file without any record.</exception>
    public IEnumerable<CorpusRecord> Read(CorpusContent content, CorpusFile file)
    {
        FileFormat format = FileFormats.Of(file.Format, content);
        long outcomes = 0;
        foreach (FileOutcome outcome in format.Read(content, _shapes.Request))
        {
            outcomes++;
            BadRecordException? problem = outcome.Problem;
            CorpusRecord? record = outcome.Record is { } read ? Record(read, content.Path, out problem) : null;
            if (record is not null)
                yield return record;
            else if (skip is null)
                throw problem!;
            else
                skip(problem!);
        }

        if (outcomes == 0)
        {
            throw new UserException(
                $"{content.Path}: corpus: expected {format.Content}, got no records ("
                    + $"{Counts.Of(RealPath.FileAt(content.Path).Length, "byte")})");
        }
    }

    /// <summary>Null: it fits nothing.</summary>
    private CorpusRecord? Record(FileRecord record, string path, out BadRecordException? problem)
    {
        try
        {
            problem = null;
            return _shapes.Record(record, path);
        }
        catch (BadRecordException e)
        {
            problem = e;
            return null;
        }
    }
}
