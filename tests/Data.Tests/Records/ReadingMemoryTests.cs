using System.Runtime.CompilerServices;
using System.Text;
using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Data.Tests.Records;

/// <summary>
/// A corpus is read a record at a time: what was read is not held, however long the file is. Counted by what is still
/// reachable, so that neither the collector's mood nor other tests matter.
/// </summary>
public sealed class ReadingMemoryTests : IDisposable
{
    private const int Records = 2000, Letters = 4000;

    /// <summary>The record at hand, the one before it, and what a reader may have ahead.</summary>
    private const int MostHeld = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.jsonl", "", "{\"text\": \"#\"}\n", "")]
    [InlineData("a.json", "[", "{\"text\": \"#\"},\n", "{\"text\": \"\"}]")]
    [InlineData("b.json", "{\n", "\"text\": \"#\"\n}\n{\n", "\"text\": \"\"}")]
    [InlineData("a.csv", "n,text\n", "1,\"#\"\n", "")]
    [InlineData("a.tsv", "n\ttext\n", "1\t#\n", "")]
    [InlineData("a.txt", "", "#\n", "")]
    public void What_was_read_is_not_held(string name, string first, string each, string last)
    {
        var file = new StringBuilder(first);
        for (int i = 0; i < Records; i++)
            file.Append(each.Replace("#", new string((char)('a' + (i % 26)), Letters)));
        string path = _folder.Write(name, file.Append(last).ToString());
        using IEnumerator<(CorpusFile, CorpusRecord)> records =
            new RecordReader(Reading.Corpus(path) with { Split = TextSplit.Lines }).ReadAll().GetEnumerator();
        WeakReference[] read = Read(records);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(read.Count(r => r.IsAlive), 0, MostHeld);

        // The reader stands where it stood: before the last record.
        Assert.True(records.MoveNext());
    }

    /// <summary>Apart, so that no register holds a record.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Read(IEnumerator<(CorpusFile File, CorpusRecord Record)> records)
    {
        var read = new WeakReference[Records - 1];
        for (int i = 0; i < read.Length; i++)
        {
            Assert.True(records.MoveNext());
            Assert.Equal(Letters, records.Current.Record.Length);
            read[i] = new(records.Current.Record.Text);
        }

        return read;
    }
}
