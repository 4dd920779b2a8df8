using System.Runtime.InteropServices;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;
using ParquetSharp;
using ParquetSharp.Schema;

namespace MolEngine.Data.Tests.Files;

public sealed class ParquetFormatTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_of_all_row_groups_are_records()
    {
        string path = _folder.Write("a.parquet", Small());
        Assert.Equal(
            ["a0", "", "c2", "a3", "", "c5"],
            Records(path).Select(r => (r.Fields["text"] as TextValue)?.Text ?? ""));
        MapValue first = Records(path)[0].Fields;
        Assert.Equal(["text", "tags", "n", "x", "day", "at", "price", "flag"], first.Entries.Select(e => e.Key));
        Assert.Equal(
            new ListValue([new TextValue("t"), NullValue.Instance]), first["tags"]);
        Assert.Equal(
            ["-5", "0.1", "2024-02-29", "2024-02-29T01:02:03.5", "-0.05", "true"],
            first.Entries.Skip(2).Select(e => ValueTexts.Literal(e.Value)));
        Assert.Equal([0L, 1, 2, 3, 4, 5], Records(path).Select(r => r.Place.Line));
        Assert.Equal(NullValue.Instance, Records(path)[1].Fields["tags"]);
        Assert.Equal(new ListValue([]), Records(path)[2].Fields["tags"]);
    }

    [Fact]
    public void A_row_without_its_text_is_told_by_row_and_column_and_can_be_skipped()
    {
        string path = _folder.Write("a.parquet", Small());
        var skipped = new List<BadRecordException>();
        Assert.Equal(["a0", "c2", "a3", "c5"], Reading.All(Reading.Corpus(path), skipped).Select(r => r.Text));
        Assert.Equal(
            [$"{path}: row 1: text: expected a string, got null", $"{path}: row 4: text: expected a string, got null"],
            skipped.Select(s => s.Message));
        Assert.Equal($"{path}: row 4", new CorpusFile(path, "parquet").PlaceOf(4));
    }

    [Fact]
    public void A_file_that_is_cut_off_or_damaged_is_told()
    {
        byte[] whole = Small();
        for (int length = 0; length < whole.Length; length += 7)
            AssertRefused(whole[..length]);

        // The length of the description.
        foreach (int at in new[] { whole.Length - 8, whole.Length - 7, whole.Length - 6 })
        {
            byte[] bytes = [.. whole];
            bytes[at] ^= 0x7F;
            AssertRefused(bytes);
        }

        void AssertRefused(byte[] bytes)
        {
            string path = _folder.Write("a.parquet", bytes);
            string message = Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path), [])).Message;
            Assert.StartsWith($"{path}: corpus: expected ", message);
            Assert.DoesNotContain("parquet::", message);
            Assert.DoesNotContain("class ", message);
        }
    }

    [Fact]
    public void A_text_that_is_no_utf8_is_a_bad_record_of_its_column()
    {
        string path = Path.Combine(_folder.Root, "a.parquet");
        using (var node = new GroupNode(
            "schema", Repetition.Required,
            [new PrimitiveNode("text", Repetition.Required, LogicalType.None(), PhysicalType.ByteArray)]))
        using (WriterProperties properties = WriterProperties.GetDefaultWriterProperties())
        using (var file = new ParquetFileWriter(path, node, properties))
        {
            using RowGroupWriter rows = file.AppendRowGroup();
            using var column = (ColumnWriter<ByteArray>)rows.NextColumn();
            using var good = new Pinned("good"u8.ToArray());
            using var bad = new Pinned([0x61, 0xE9, 0x62]);
            column.WriteBatch([good.Value, bad.Value]);
            file.Close();
        }

        var skipped = new List<BadRecordException>();
        Assert.Equal(["good"], Reading.All(Reading.Corpus(path), skipped).Select(r => r.Text));
        Assert.Equal(
            $"{path}: row 1: text: expected UTF-8, got the byte E9", Assert.Single(skipped).Message);
    }

    /// <summary>Six rows in two groups: texts with a null, lists, numbers, days, moments, decimals and flags.</summary>
    internal static byte[] Small()
    {
        Column[] columns =
        [
            new Column<string?>("text"), new Column<string?[]?>("tags"), new Column<int>("n"),
            new Column<double?>("x"), new Column<DateOnly>("day"),
            new Column<DateTime>("at", LogicalType.Timestamp(isAdjustedToUtc: false, TimeUnit.Micros)),
            new Column<decimal>("price", LogicalType.Decimal(29, 2)), new Column<bool>("flag"),
        ];
        using var bytes = new MemoryStream();
        using (var file = new ParquetFileWriter(bytes, columns, leaveOpen: true))
        {
            for (int group = 0; group < 2; group++)
            {
                int n = 3 * group;
                using RowGroupWriter rows = file.AppendRowGroup();
                Write<string?>(rows, [$"a{n}", null, $"c{n + 2}"]);
                Write<string?[]?>(rows, [["t", null], null, []]);
                Write(rows, [-5, 0, int.MaxValue]);
                Write<double?>(rows, [0.1, null, 1e300]);
                Write(rows, [new DateOnly(2024, 2, 29), new DateOnly(1, 1, 1), new DateOnly(9999, 12, 31)]);
                Write(rows, [new DateTime(2024, 2, 29, 1, 2, 3, 500), DateTime.UnixEpoch, new DateTime(1900, 1, 1)]);
                Write(rows, [-0.05m, 0m, 12_345.67m]);
                Write(rows, [true, false, true]);
            }

            file.Close();
        }

        return bytes.ToArray();

        static void Write<T>(RowGroupWriter rows, T[] values)
        {
            using LogicalColumnWriter<T> writer = rows.NextColumn().LogicalWriter<T>();
            writer.WriteBatch(values);
        }
    }

    private static FileRecord[] Records(string path)
    {
        using CorpusContent content = CorpusContent.Open(path);
        return [.. FileFormats.Of("parquet", content).Read(content, default).Select(o => o.Record!)];
    }

    private sealed class Pinned(byte[] bytes) : IDisposable
    {
        private GCHandle _handle =
            GCHandle.Alloc(bytes, GCHandleType.Pinned);

        public ByteArray Value => new(_handle.AddrOfPinnedObject(), bytes.Length);

        public void Dispose() => _handle.Free();
    }
}
