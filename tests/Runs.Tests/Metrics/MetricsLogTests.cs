using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Tests.Metrics;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_the_writer_wrote_reads_back()
    {
        string path = Path.Combine(_folder.Root, "metrics.jsonl");
        using (MetricsWriter writer = new(path))
        {
            writer.Write(MetricsLine.OfValidation(0).Add(Metric.CrossEntropy, [("a b", 2.5)]));
            writer.Write(MetricsLine.OfStep(1).Add(Metric.Loss, 0.1 + 0.2)
                .Add(Metric.CrossEntropy, [("a b", 1.5), ("c", double.NaN)]).Add(Metric.KlDivergence, (double?)null));
            writer.Write(
                MetricsLine.OfStep(2).Add(Metric.Loss, double.NegativeInfinity).Add(Metric.CrossEntropy,
                    [("c", 1.25)]));
        }

        MetricsLog log = Read(File.ReadAllText(path));
        Assert.Equal([new DataPoint(1, 0.1 + 0.2), new DataPoint(2, double.NegativeInfinity)], Points(log, "loss"));
        Assert.Equal([new DataPoint(1, 1.5)], Points(log, "ce", "a b"));
        Assert.Equal([new DataPoint(1, double.NaN), new DataPoint(2, 1.25)], Points(log, "ce", "c"));
        Assert.DoesNotContain(log.Training, s => s.Metric is "kl" or "step" or "validation");
        MetricSeries validation = Assert.Single(log.Validation);
        Assert.Equal(("ce", "a b"), (validation.Metric, validation.Part));
        Assert.Equal([new DataPoint(0, 2.5)], validation.Points);
        Assert.Equal((0L, 2L), log.Range);
        Assert.Equal((2, 0, false), (log.Steps, log.Resumes, log.Truncated));
    }

    [Fact]
    public void A_resumed_run_takes_back_what_was_lost()
    {
        MetricsLog log = Read(
            """
            {"step":0,"validation":true,"ce":{"a":9}}
            {"step":1,"loss":1}
            {"step":2,"loss":2}
            {"step":2,"validation":true,"ce":{"a":8}}
            {"step":3,"loss":3}
            {"step":4,"loss":4}
            {"step":4,"validation":true,"ce":{"a":7}}
            {"step":3,"loss":30}
            {"step":4,"loss":40}
            {"step":4,"validation":true,"ce":{"a":6}}
            """);
        Assert.Equal([1, 2, 30, 40], Points(log, "loss").Select(p => p.Y));
        Assert.Equal([9, 8, 6], Assert.Single(log.Validation).Points.Select(p => p.Y));
        Assert.Equal(1, log.Resumes);

        // A resume may validate first.
        log = Read(
            """
            {"step":1,"loss":1}
            {"step":2,"loss":2}
            {"step":1,"validation":true,"ce":{"a":7}}
            """);
        Assert.Equal([1], Points(log, "loss").Select(p => p.Y));
        Assert.Equal(1, log.Resumes);
    }

    [Theory]
    [InlineData("{\"step\":3,\"lo")]
    [InlineData("{\"step\":3,\"loss\":3")]
    [InlineData("\0\0\0\0")]
    public void A_last_line_without_its_end_is_told(string end)
    {
        MetricsLog log = Read("{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":2}\n" + end);
        Assert.True(log.Truncated);
        Assert.Empty(log.BadLines);
        Assert.Equal([1, 2], Points(log, "loss").Select(p => p.Y));
    }

    [Fact]
    public void Lines_that_are_none_are_counted()
    {
        MetricsLog log = Read(
            """
            {"step":1,"loss":1}

            {oops
            [1]
            {"loss":5}
            {"step":"x"}
            {"step":2,"loss":2}
            """);
        Assert.Equal([3, 4, 5, 6], log.BadLines);
        Assert.False(log.Truncated);
        Assert.Equal([1, 2], Points(log, "loss").Select(p => p.Y));
    }

    [Fact]
    public void An_empty_file_has_no_range() => Assert.Null(Read("").Range);

    private static MetricsLog Read(string text) => MetricsLog.Read(new StringReader(text));

    private static IReadOnlyList<DataPoint> Points(MetricsLog log, string metric, string? part = null) =>
        log.Training.Single(s => s.Metric == metric && s.Part == part).Points;
}
