using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data.Tests.Records;

/// <summary>Files as their corpus reads them.</summary>
internal static class Reading
{
    public static CorpusSettings Corpus(params string[] paths) => new("c", paths, CorpusKind.Domain);

    public static CorpusRecord[] All(
        CorpusSettings corpus, List<BadRecordException>? skipped = null, ReadingReport? report = null,
        TextLimit? limit = null)
    {
        var reader = new RecordReader(corpus, skipped is null ? null : skipped.Add)
        {
            Report = report,
            Limit = limit,
        };
        return [.. reader.ReadAll().Select(r => r.Record)];
    }

    public static string[] Texts(CorpusSettings corpus) => [.. All(corpus).Select(r => r.Text!)];

    /// <summary>A record as a line of JSONL.</summary>
    public static string Json(DataValue value) => value switch
    {
        MapValue map => $"{{{string.Join(",", map.Entries.Select(e => $"\"{e.Key}\":{Json(e.Value)}"))}}}",
        ListValue list => $"[{string.Join(",", list.Items.Select(Json))}]",
        TextValue text => JsonSerializer.Serialize(text.Text),
        _ => ValueTexts.Literal(value) ?? "null",
    };
}
