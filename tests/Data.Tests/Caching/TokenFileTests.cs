using System.Runtime.InteropServices;
using FsCheck;
using MolEngine.Basics.Files;
using MolEngine.Data.Caching;
using MolEngine.Data.Records;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Caching;

public sealed class TokenFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 50)]
    public void What_is_written_is_read(int[][] documents, bool kept, long skippedCount)
    {
        int[][] all = [.. documents.Select(d => (int[])[.. d, 7])];
        SkippedRecord[] skipped = [new(0, 1, "one"), new(2, 5_000_000_000, "zw\u00f6lf")];
        string[] notes = ["of the reading", "n\u00f6ch einer"];
        ShapeCount[] shapes = [new("qa", 6_000_000_000), new(ShapeCount.PlainText, 1)];
        string name = Path.Combine(_folder.Root, $"{Guid.NewGuid():N}.tokens");
        FileStream stream = kept
            ? new FileStream(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read)
            : UnnamedFile.Create(_folder.Root);
        using (var writer = new TokenFileWriter(stream))
        {
            for (int d = 0; d < all.Length; d++)
                writer.Add(all[d], ulong.MaxValue - (ulong)d, d % 3 == 0);
            writer.Finish(new(skippedCount, skipped, notes, 5_000_000_000, shapes));
        }

        using TokenFile file = kept ? TokenFile.Open(stream)! : TokenFile.OfOwn(stream);
        if (kept)
        {
            stream.Dispose();
            File.Delete(name);
        }

        Assert.Equal((all.Length, all.Sum(d => (long)d.Length)), (file.Documents, file.Tokens));
        Assert.Equal(all, Enumerable.Range(0, all.Length).Select(file.Document));
        Assert.Equal(all.Select((_, d) => ulong.MaxValue - (ulong)d), file.Hashes());
        Assert.Equal(all.Select((_, d) => d % 3 == 0), file.Dialogues());
        Assert.Equal((skippedCount, 5_000_000_000), (file.Facts.SkippedCount, file.Facts.Characters));
        Assert.Equal(skipped, file.Facts.Skipped);
        Assert.Equal(notes, file.Facts.Notes);
        Assert.Equal(shapes, file.Facts.Shapes);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tokens, new int[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadStarts(file.Documents, new long[2]));
    }

    /// <summary>A mapping would end the process here.</summary>
    [Fact]
    public void A_file_that_was_cut_short_beneath_is_told()
    {
        string name = Path.Combine(_folder.Root, "cut.tokens");
        using (FileStream stream = File.Create(name))
        {
            using var writer = new TokenFileWriter(stream);
            writer.Add(new int[5000], 1, isDialogue: false);
            writer.Finish(new(0, [], [], 0, []));
            stream.Flush();
        }

        using var opened = new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using TokenFile file = TokenFile.OfOwn(opened);
        opened.SetLength(4096);
        int[] tokens = new int[5000];
        UserException problem = Assert.Throws<UserException>(() => file.Read(0, tokens));
        Assert.StartsWith(
            $"{name}: tokens of a corpus: expected a file that stays as it was written, got its end at byte 4096.",
            problem.Message);
        file.Read(0, tokens.AsSpan(0, 1022));
    }

    /// <summary>A file with a hole: nine thousand million bytes of ids that take no room.</summary>
    [Fact]
    public void Places_beyond_32_bits_are_read_from_the_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "holes in files are made with the Linux file systems only");
        var layout = new TokenFileLayout(2, 2_250_000_000);
        FileStream stream = UnnamedFile.Create(_folder.Root);
        Put(layout.Ids + (4 * 2_249_999_998L), [11, 12]);
        Put<long>(layout.Starts, [0, 2_200_000_000, layout.Tokens]);
        Put<byte>(layout.Skipped, new byte[28]);
        Put<long>(layout.Skipped + 28, [layout.Documents, layout.Tokens]);
        Put<byte>(layout.Skipped + 44, new byte[TokenFileLayout.Digest]);
        using TokenFile file = TokenFile.OfOwn(stream);
        Assert.Equal((2, 2_250_000_000), (file.Documents, file.Tokens));
        int[] last = new int[3];
        file.Read(2_249_999_997, last);
        Assert.Equal([0, 11, 12], last);
        Assert.Equal((1, 50_000_000), (file.DocumentAt(2_249_999_999), file.Length(1)));
        TokenSelection.Only(file, [1]).Read(49_999_997, last);
        Assert.Equal([0, 11, 12], last);

        void Put<T>(long at, T[] values)
            where T : unmanaged
        {
            stream.Position = at;
            stream.Write(MemoryMarshal.AsBytes<T>(values));
        }
    }
}
