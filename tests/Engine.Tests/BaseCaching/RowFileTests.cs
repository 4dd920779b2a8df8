using MolEngine.Engine.BaseCaching;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.BaseCaching;

public sealed class RowFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["deep/cache.rows"];

    [Fact]
    public void Rows_are_there_when_the_file_is_opened_again()
    {
        Fill(5);
        using (RowFile again = Open())
        {
            Assert.Equal((5, 0), (again.Rows, again.LostBytes));
            for (int i = 0; i < 5; i++)
                Assert.Equal(Row(i), again.Find((UInt128)(uint)i));
            Assert.Null(again.Find(5));

            // One that comes twice counts as it came last.
            again.Add(2, Row(9));
        }

        using RowFile third = Open();
        Assert.Equal((5, true), (third.Rows, Row(9).SequenceEqual(third.Find(2)!)));
    }

    /// <summary>Wherever a process was killed: what stood before is there, and the file goes on.</summary>
    [Fact]
    public void A_file_that_ends_anywhere_keeps_its_whole_rows()
    {
        byte[] whole = Fill(3);
        for (int length = whole.Length - 1; length >= 0; length -= 3)
        {
            File.WriteAllBytes(Path, whole[..length]);
            using (RowFile cut = Open())
            {
                int rows = cut.Rows;
                Assert.InRange(rows, 0, 2);
                for (int i = 0; i < rows; i++)
                    Assert.Equal(Row(i), cut.Find((UInt128)(uint)i));
                Assert.Equal(length, cut.LostBytes + (length < 64 ? 0 : cut.Bytes));
                cut.Add(7, Row(7));
            }

            using RowFile again = Open();
            Assert.Equal((0, true), (again.LostBytes, Row(7).SequenceEqual(again.Find(7)!)));
        }
    }

    /// <summary>A row that was damaged is gone; no other bytes are ever given for it.</summary>
    [Fact]
    public void A_changed_byte_loses_rows_and_changes_none()
    {
        byte[] whole = Fill(3);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x41;
            File.WriteAllBytes(Path, changed);
            using RowFile file = Open();
            int found = 0;
            for (int i = 0; i < 3; i++)
            {
                if (file.Find((UInt128)(uint)i) is not { } bytes)
                    continue;
                found++;
                Assert.Equal(Row(i), bytes);
            }

            Assert.InRange(found, 0, 2);
        }
    }

    [Fact]
    public void A_second_process_reads()
    {
        using RowFile first = Open();
        first.Add(1, Row(1));
        using RowFile second = Open();
        Assert.Equal((true, false), (first.IsWritten, second.IsWritten));
        Assert.Equal(Row(1), second.Find(1));
    }

    [Fact]
    public void A_file_of_other_rows_is_begun_anew()
    {
        Fill(3);
        using RowFile other = new(Path, "other rows");
        Assert.Equal(0, other.Rows);
        Assert.True(other.LostBytes > 0);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Row(int i) => [.. Enumerable.Range(0, 4 + (3 * i)).Select(k => (byte)((17 * i) + k))];

    private RowFile Open() => new(Path, "rows of a test");

    private byte[] Fill(int rows)
    {
        using (RowFile file = Open())
        {
            for (int i = 0; i < rows; i++)
                file.Add((UInt128)(uint)i, Row(i));
        }

        return File.ReadAllBytes(Path);
    }
}
