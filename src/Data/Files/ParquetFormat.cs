using MolEngine.Basics.Values;
using MolEngine.Data.Files.Parquet;

namespace MolEngine.Data.Files;

/// <summary>Parquet, by Arrow's own library: a row is a record, read page by page.</summary>
internal sealed class ParquetFormat : FileFormat
{
    public override string Name => "parquet";

    public override IReadOnlyList<string> Extensions { get; } = [".parquet"];

    public override string Content => "a table with rows";

    public override bool HasRows => true;

    protected override IEnumerable<FileOutcome> Outcomes(CorpusContent content, ReadOptions options)
    {
        using var table = new ParquetTable(content);
        for (long row = 0; table.Next(out MapValue? fields, out (string Column, string Detail)? problem); row++)
        {
            var place = new ParquetPlace(content.Path, row);
            yield return problem is var (column, detail)
                ? place.Problem(column, detail)
                : new FileRecord(place, fields!);
        }
    }

    private sealed class ParquetPlace(string file, long row) : RecordPlace(file, row)
    {
        public override string Shown => BadRecordException.PlaceOf(File, Line, isRow: true);

        public override BadRecordException Problem(string what, string detail) =>
            new(File, Line, $"{what}: {detail}", isRow: true);
    }
}
