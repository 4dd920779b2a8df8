using System.Text.Json;
using MolEngine.Runs.Metrics;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Metrics;

/// <summary>Held against an event file that torch wrote and TensorBoard read.</summary>
public sealed class EventWriterParityTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tests_reader_reads_what_torch_wrote()
    {
        List<ReadEvent> events = [.. Golden().Select(TfRecordReader.Event)];
        Assert.Equal(101, events.Count);
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        List<ReadEvent> expected = Expected();
        Assert.Equal(100, expected.Count);
        Assert.Equal(
            expected.OrderBy(e => e.WallTime).ThenBy(e => e.Tag, StringComparer.Ordinal),
            events.Skip(1).OrderBy(e => e.WallTime).ThenBy(e => e.Tag, StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_events_become_the_same_bytes()
    {
        List<byte[]> golden = Golden();
        List<ReadEvent> events = [.. golden.Select(TfRecordReader.Event)];
        var clock = new SetClock(events[0].WallTime);
        string path;
        using (EventWriter writer = new(_folder.Root, clock))
        {
            path = writer.FilePath;
            foreach (ReadEvent e in events.Skip(1))
            {
                clock.Seconds = e.WallTime;
                writer.Scalar(e.Tag!, e.Step, e.Value!.Value);
            }
        }

        List<byte[]> own = TfRecordReader.Records(File.ReadAllBytes(path));
        Assert.Equal(golden.Count, own.Count);
        Assert.Equal(events[0], TfRecordReader.Event(own[0]));

        // torch names its writer in the first record; all else is equal to the byte.
        Assert.Equal(golden.Skip(1), own.Skip(1));
    }

    private static List<byte[]> Golden() => TfRecordReader.Records(
        File.ReadAllBytes(Shared.ReferencePath("formats", "tensorboard", "events.out.tfevents.1750000000.host.1.0")));

    private static List<ReadEvent> Expected()
    {
        string path = Shared.ReferencePath("formats", "tensorboard", "expected.json");
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. json.RootElement.EnumerateArray().Select(e => new ReadEvent(
                e.GetProperty("wall_time").GetDouble(),
                e.GetProperty("step").GetInt64(),
                null,
                e.GetProperty("tag").GetString(),
                e.GetProperty("value").GetSingle(),
                null)),
        ];
    }
}
