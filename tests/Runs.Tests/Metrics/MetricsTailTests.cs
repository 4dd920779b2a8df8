using System.Text;
using FsCheck;
using MolEngine.Runs.Metrics;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Metrics;

/// <summary>A log that is read while it is written.</summary>
public sealed class MetricsTailTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Whatever pieces it is written in, and whenever it is looked at: what is whole is there, once.</summary>
    [Property]
    public void Every_look_has_the_whole_lines(int seed)
    {
        var random = new System.Random(seed);
        byte[] all = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 40).Select(Line)));
        string path = _folder[$"{Guid.NewGuid():N}.jsonl"];
        var tail = new MetricsTail(path);
        Assert.Null(tail.Look());
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        for (int at = 0; at < all.Length;)
        {
            int count = Math.Min(all.Length - at, random.Next(1, 400));
            file.Write(all, at, count);
            file.Flush();
            at += count;
            MetricsLog log = tail.Look()!;
            int whole = all.AsSpan(0, at).Count((byte)'\n');
            Assert.Equal(whole, log.Steps);
            Assert.Equal(all[at - 1] != '\n', tail.HasPart);
            Assert.Empty(log.BadLines);
            if (whole > 0)
                Assert.Equal(whole / 7.0, MetricsLog.Of(log.Training, Metric.Loss).Single().Points[^1].Y);
        }
    }

    [Fact]
    public void What_is_read_is_not_read_again()
    {
        System.IO.File.WriteAllText(File, Line(1) + Line(2));
        var tail = new MetricsTail(File);
        MetricsLog first = tail.Look()!;
        System.IO.File.AppendAllText(File, Line(3));
        Assert.Same(first, tail.Look());
        Assert.Equal(3, first.Steps);

        // Bytes far before the place that was read to are not looked at: none of this is.
        using (var file = new FileStream(File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            for (int step = 4; step < 60; step++)
            {
                file.Seek(0, SeekOrigin.End);
                file.Write(Encoding.UTF8.GetBytes(Line(step)));
            }

            file.Flush();
            tail.Look();
            file.Position = 0;
            file.Write("broken"u8);
        }

        Assert.Equal(59, tail.Look()!.Steps);
        Assert.Empty(tail.Look()!.BadLines);
    }

    /// <summary>A resumed run cuts the file back and goes on, perhaps beyond where it was.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(12)]
    public void A_file_that_was_cut_back_is_read_anew(int grown)
    {
        System.IO.File.WriteAllText(File, string.Concat(Enumerable.Range(1, 5).Select(Line)));
        var tail = new MetricsTail(File);
        tail.Look();
        MetricsHistory.KeepThrough(File, 2);
        System.IO.File.AppendAllText(
            File, string.Concat(Enumerable.Range(3, grown - 2).Select(s => Line(s).Replace("loss", "ce"))));
        MetricsLog log = tail.Look()!;
        Assert.Equal((grown, 0), (log.Steps, log.Resumes));
        Assert.Equal(2, MetricsLog.Of(log.Training, Metric.Loss).Single().Points.Count);
        System.IO.File.Delete(File);
        Assert.Null(tail.Look());
    }

    private static string Line(int step) => $$"""{"step":{{step}},"loss":{{step / 7.0}},"note":"é"}""" + "\n";
}
