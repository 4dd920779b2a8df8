using System.Text.Json;
using MolEngine.Trainer.Data;
using MolEngine.Trainer.Questions;
using MolEngine.Trainer.Reporting;

namespace MolEngine.Trainer.Tests.Reporting;

public sealed class ReportingTests : IDisposable
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
                    new MetricsLine().Add("step", 3).Add("loss", value).Add("ce", [new("bücher", value)]).Add("kl", (double?)null).Add("last", true));

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
            Assert.Equal(["step", "loss", "ce", "kl", "last"], root.EnumerateObject().Select(p => p.Name));
            Assert.Equal(
                BitConverter.DoubleToInt64Bits(values[i]), BitConverter.DoubleToInt64Bits(root.GetProperty("loss").GetDouble()));
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
                new MetricsLine().Add("loss", double.NaN).Add("ce", [new("a", double.NegativeInfinity), new("b", 1.5)]));
        Assert.Equal(
            "{\"loss\":null,\"ce\":{\"a\":null,\"b\":1.5},\"non_finite\":{\"loss\":\"NaN\",\"ce.a\":\"-Infinity\"}}\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_name_stands_once_in_a_line() =>
        Assert.Throws<ArgumentException>(() => new MetricsLine().Add("loss", 1.0).Add("loss", 2.0));

    [Fact]
    public void A_writer_goes_on_at_the_end()
    {
        string path = _folder.Write("metrics.jsonl", "{}\n");
        using (MetricsWriter writer = new(path))
            writer.Write(new MetricsLine().Add("step", 1));
        Assert.Equal("{}\n{\"step\":1}\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_run_directory_must_be_absent_or_empty()
    {
        string path = Path.Combine(_folder.Root, "a", "b");
        RunDirectory.Make(path);
        RunDirectory run = RunDirectory.Create(path, "seed: 1\n");
        Assert.Equal("seed: 1\n", File.ReadAllText(run.ConfigPath));
        foreach (Action again in (Action[])[() => RunDirectory.Make(path), () => RunDirectory.Create(path, "")])
            Assert.Contains("got one with files", Assert.Throws<UserException>(again).Message);
        Assert.Contains("got a file", Assert.Throws<UserException>(() => RunDirectory.Make(run.ConfigPath)).Message);
        RunDirectory.Make(_folder.Folder("empty"));
    }

    [Fact]
    public void Progress_is_plain_lines()
    {
        var output = new StringWriter { NewLine = "\n" };
        ProgressPrinter printer = new(output);
        printer.Step(
            new StepProgress(7, 120, 2.34567, [("medical", 2.5, 0.01234), ("books", 3, null)], 1.23456, 1e-4, 1234.5, TimeSpan.FromSeconds(3671)));
        printer.Validation(50, [("medical", 100, 2.25, 1.5e-7)]);
        Assert.Equal(
            "step   7/120  loss 2.3457  grad 1.2346  lr 1.00e-04    1,234 tok/s  1:01:11 left"
                + "  medical ce 2.5000 kl 0.0123  books ce 3.0000\n"
            + "  validation at step 50: medical ce 2.2500 kl 1.50e-07 on 100 held-out documents\n",
            output.ToString());
    }

    /// <summary>Or a run that is refused on a slow machine would have told of reading, and no more.</summary>
    [Theory]
    [InlineData(50, 200, "reading    web: 25 %, 1,200 documents\n")]
    [InlineData(200, 200, "")]
    [InlineData(0, 0, "")]
    public void A_corpus_is_told_of_while_it_is_read_and_not_when_it_is_whole(long read, long total, string says)
    {
        var output = new StringWriter { NewLine = "\n" };
        new ProgressPrinter(output, TimeSpan.Zero).Report(new TokenizingProgress("web", read, total, 1200, 34567, Cached: false));
        Assert.Equal(says, output.ToString());
    }

    [Fact]
    public void The_closing_table_shows_what_was_learned_and_what_was_kept()
    {
        var output = new StringWriter { NewLine = "\n" };
        new ProgressPrinter(output).Summary(new ClosingTable(
            [new("medical", "domain", 2.5, 2.25, 0.0625), new("web", "general", 3, 3.125, 1.5e-7)],
            (new QuestionScore(2, 40), new QuestionScore(36, 40))));
        Assert.Equal(
            "\nheld out            ce before ->  ce after     change   kl to base\n"
            + "medical (domain)       2.5000 ->    2.2500    -0.2500       0.0625\n"
            + "web (general)          3.0000 ->    3.1250    +0.1250     1.50e-07\n"
            + "questions answered    2 of 40 ->  36 of 40\n\n"
            + "ce: cross-entropy in nats a token; the lower it is, the better the model predicts such text\n"
            + "kl: how far the model has moved from the base model; near 0, it says what it said before\n\n",
            output.ToString());
    }

    [Fact]
    public void Questions_alone_are_a_table_too()
    {
        var table = new ClosingTable([], (new QuestionScore(0, 7), new QuestionScore(7, 7)));
        Assert.Equal(["questions answered     0 of 7 ->    7 of 7"], table.Lines());
    }

    [Fact]
    public void The_machine_is_known()
    {
        MachineInfo machine = MachineInfo.Read();
        Assert.NotEmpty(machine.Processor);
        Assert.InRange(machine.AvailableMemory, 1 << 20, machine.TotalMemory);
    }

    private static byte[] Bytes(Stream stream)
    {
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
