using System.Text.Json;
using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Tests.Metrics;

public sealed class MetricsWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metrics_are_an_object_a_line_and_doubles_keep_their_bits()
    {
        string path = Path.Combine(_folder.Root, "metrics.jsonl");
        double[] values = [0.1 + 0.2, double.Epsilon, double.MaxValue, -1.0 / 3, 1e21, 5e-324];
        using (MetricsWriter writer = new(path))
        {
            foreach (double value in values)
            {
                writer.Write(
                    MetricsLine.OfStep(3).Add(Metric.Loss, value).Add(Metric.CrossEntropy, [("bücher", value)])
                        .Add(Metric.KlDivergence, (double?)null).Add(Metric.Rows, 7));

                // Flushed: what was written can be read while the run goes on.
                using FileStream reading = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                Assert.Equal((byte)'\n', Bytes(reading)[^1]);
            }
        }

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(values.Length, lines.Length);
        for (int i = 0; i < values.Length; i++)
        {
            using JsonDocument json = JsonDocument.Parse(lines[i]);
            JsonElement root = json.RootElement;
            Assert.Equal(["step", "loss", "ce", "kl", "rows"], root.EnumerateObject().Select(p => p.Name));
            Assert.Equal(
                BitConverter.DoubleToInt64Bits(values[i]),
                BitConverter.DoubleToInt64Bits(root.GetProperty("loss").GetDouble()));
            Assert.Equal(values[i], root.GetProperty("ce").GetProperty("bücher").GetDouble());
            Assert.Equal(JsonValueKind.Null, root.GetProperty("kl").ValueKind);
        }
    }

    [Fact]
    public void What_is_not_finite_is_named()
    {
        string path = Path.Combine(_folder.Root, "metrics.jsonl");
        using (MetricsWriter writer = new(path))
            writer.Write(
                MetricsLine.OfValidation(2).Add(Metric.Loss, double.NaN)
                    .Add(Metric.CrossEntropy, [("a", double.NegativeInfinity), ("b", 1.5)]));
        Assert.Equal(
            "{\"step\":2,\"validation\":true,\"loss\":null,\"ce\":{\"a\":null,\"b\":1.5},"
            + "\"non_finite\":{\"loss\":\"NaN\",\"ce.a\":\"-Infinity\"}}\n",
            File.ReadAllText(path));
    }

    [Fact]
    public void A_name_stands_once_in_a_line() =>
        Assert.Throws<ArgumentException>(() => MetricsLine.OfStep(1).Add(Metric.Loss, 1.0).Add(new Metric("loss"),
            2.0));

    [Fact]
    public void A_writer_goes_on_at_the_end()
    {
        string path = _folder.Write("metrics.jsonl", "{}\n");
        using (MetricsWriter writer = new(path))
            writer.Write(MetricsLine.OfStep(1));
        Assert.Equal("{}\n{\"step\":1}\n", File.ReadAllText(path));
    }

    private static byte[] Bytes(Stream stream)
    {
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
