using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>A record's text and the line it stands on, from 1.</summary>
public readonly record struct TextRecord(string Text, long Line);

/// <summary>
/// Reads records with a <c>text</c>, from JSONL or a JSON array; other keys are ignored, blank lines skipped.
/// </summary>
public static class JsonlReader
{
    /// <exception cref="UserException">A record is not UTF-8, not a JSON object, or has no <c>text</c>; or the file has
    /// no record at all.</exception>
    public static IEnumerable<TextRecord> Read(string path)
    {
        var corpus = new CorpusSettings(Path.GetFileName(path), path, CorpusKind.Domain)
        {
            Fields = new FieldMap(Text: "text"),
        };
        using CorpusContent content = CorpusContent.Open(path);
        foreach (CorpusRecord record in new RecordReader(corpus).Read(content, new CorpusFile(path, FileFormats.Json)))
            yield return new TextRecord(record.Text!, record.Line);
    }
}
