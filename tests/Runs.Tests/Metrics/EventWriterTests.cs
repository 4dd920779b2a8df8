using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Runs.Metrics;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Metrics;

public sealed class EventWriterTests : IDisposable
{
    private const double Start = 1750000000.5;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_crc_is_castagnolis()
    {
        // RFC 3720, appendix B.4, and the check value of CRC-32C.
        Assert.Equal(0xE3069283u, TfRecord.Crc32C("123456789"u8));
        Assert.Equal(0x8A9136AAu, TfRecord.Crc32C(new byte[32]));
        Assert.Equal(0x46DD794Eu, TfRecord.Crc32C([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0u, TfRecord.Crc32C([]));
    }

    [Property]
    public void A_record_carries_its_payload_and_both_crcs(byte[] payload)
    {
        byte[] record = new byte[payload.Length + TfRecord.Overhead];
        TfRecord.Write(payload, record);
        Assert.Equal(payload, Assert.Single(TfRecordReader.Records(record)));
    }

    [Property]
    public void Any_event_reads_back(long step, float value, string? tag)
    {
        string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(tag ?? ""));
        ReadEvent read = TfRecordReader.Event(EventMessage.Scalar(Start, step, text, value));
        Assert.Equal(new ReadEvent(Start, step, null, text, value, null), read);
        Assert.Equal(BitConverter.SingleToInt32Bits(value), BitConverter.SingleToInt32Bits(read.Value!.Value));
    }

    [Fact]
    public void What_is_not_finite_is_written_as_it_is()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -0.0, 0.1];
        List<ReadEvent> events = Write(w =>
        {
            for (int i = 0; i < values.Length; i++)
                w.Scalar("loss", i, values[i]);
        });
        Assert.Equal(values.Select(v => (float)v), events.Skip(1).Select(e => e.Value!.Value));
        Assert.Equal(Enumerable.Range(0, values.Length).Select(i => (long)i), events.Skip(1).Select(e => e.Step));
        Assert.True(float.IsNegative(events[5].Value!.Value));
    }

    [Fact]
    public void Records_can_be_read_while_the_writer_is_open()
    {
        using EventWriter writer = new(_folder.Folder("open"), new SetClock(Start));
        writer.Scalar("ce/bücher", 3, 1.5);
        using FileStream reading = new(writer.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[reading.Length];
        reading.ReadExactly(bytes);
        List<ReadEvent> events = [.. TfRecordReader.Records(bytes).Select(TfRecordReader.Event)];
        Assert.Equal(2, events.Count);
        Assert.Equal(new ReadEvent(Start, 3, null, "ce/bücher", 1.5f, null), events[1]);
        writer.Flush();
    }

    [Fact]
    public void A_file_cut_anywhere_loses_only_its_last_record()
    {
        Write(w =>
        {
            w.Scalar("a", 1, 1);
            w.Scalar("a", 2, 2);
        });
        byte[] bytes = File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder.Folder("run"))));
        int whole = TfRecordReader.Records(bytes)[..2].Sum(r => r.Length + TfRecord.Overhead);
        for (int length = whole; length < bytes.Length; length++)
            Assert.Equal(2, TfRecordReader.Records(bytes[..length]).Count);
        Assert.Equal(3, TfRecordReader.Records(bytes).Count);
    }

    [Fact]
    public void A_name_tells_time_host_process_and_number()
    {
        Write(w => { });
        string[] parts = Path.GetFileName(Assert.Single(Directory.GetFiles(_folder.Folder("run")))).Split('.');
        Assert.Equal(["events", "out", "tfevents", "1750000000"], parts[..4]);
        Assert.Equal(7, parts.Length);
        Assert.NotEmpty(parts[4]);
        Assert.Equal($"{Environment.ProcessId}", parts[5]);
        Assert.True(int.Parse(parts[6]) >= 0);
    }

    [Fact]
    public void A_resume_has_its_own_file_that_sorts_last_and_takes_back_what_was_lost()
    {
        Write(w => w.Scalar("a", 9, 1));
        byte[] first = File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder.Folder("run"))));

        // In the same second, and even with a clock that was set back.
        Write(w => w.Scalar("a", 7, 2), Start, resumedAt: 7);
        Write(w => w.Scalar("a", 8, 3), Start - 1000, resumedAt: 8);
        string[] files = [.. Directory.GetFiles(_folder.Folder("run")).Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        Assert.Equal(first, File.ReadAllBytes(files[0]));
        List<ReadEvent> events = Read(files[2]);
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(new ReadEvent(Start - 1000, 8, null, null, null, 1), events[1]);
        Assert.Equal(3, events[2].Value);
        Assert.Equal(7, Read(files[1])[1].Step);
    }

    [Fact]
    public void A_folder_that_cannot_be_is_the_users_error()
    {
        string file = _folder.Write("taken", "");
        Assert.StartsWith(file, Assert.Throws<FileWriteException>(() => new EventWriter(file)).Message);
    }

    private List<ReadEvent> Write(Action<EventWriter> write, double seconds = Start, long? resumedAt = null)
    {
        using EventWriter writer = new(_folder.Folder("run"), new SetClock(seconds), resumedAt);
        write(writer);
        writer.Dispose();
        return Read(writer.FilePath);
    }

    private static List<ReadEvent> Read(string path) =>
        [.. TfRecordReader.Records(File.ReadAllBytes(path)).Select(TfRecordReader.Event)];
}
