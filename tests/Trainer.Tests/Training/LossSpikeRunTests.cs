using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Whole runs whose loss jumps: three batches of noise among rows that are easily learned.</summary>
public sealed class LossSpikeRunTests : IDisposable
{
    private const int Steps = 60, FirstOdd = 50, Odd = 3, Good = 40;

    private readonly TempFolder _folder = new();

    [Fact]
    public void A_warning_keeps_the_checkpoint_from_before()
    {
        string printed = SmallRun.Train(Load("warn"), data: Rows(Stream()));
        Assert.Contains("note       the loss jumped: steps 51 to 53 have ", printed);
        Assert.Contains("the checkpoint after step 40 stays (loss_spike: stop or back act on it)", printed);
        Assert.Equal(
            ["step-00000040", "step-00000060"],
            Directory.GetDirectories(_folder["warn/checkpoints"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_run_that_stops_is_where_it_was_good()
    {
        RunFailedException e = Assert.Throws<RunFailedException>(
            () => SmallRun.Train(Load("stop", "loss_spike=stop"), data: Rows(Stream())));
        Assert.Contains("the loss jumped: steps 51 to 53", e.Message);
        Assert.Contains("--set loss_spike=warn", e.Message);
        Assert.Equal("step-00000040", Path.GetFileName(Directory.GetDirectories(_folder["stop/checkpoints"]).Max()));

        // It goes on, where it is told to.
        SmallRun.Train(SmallRun.Reload(_folder["stop"], "loss_spike=off"), resume: true, data: Rows(Stream()));
        SmallRun.Train(Load("off", "loss_spike=off"), data: Rows(Stream()));
        SmallRun.AssertSame(_folder["off"], _folder["stop"]);
    }

    /// <summary>What comes of it is the run that never saw the rows, however often it is interrupted.</summary>
    [Fact]
    public void A_run_that_goes_back_passes_over_the_rows()
    {
        int[] stream = Stream();
        int end = FirstOdd + Odd;
        int[] without = [.. stream[..Good], .. stream[end..], .. stream[..(end - Good)]];
        SmallRun.Train(Load("without"), data: Rows(without));

        string printed = SmallRun.Train(Load("back", "loss_spike=back"), data: Rows(stream));
        Assert.Contains("goes on from the checkpoint after step 40, past the rows of 13 steps", printed);
        SmallRun.AssertSame(_folder["without"], _folder["back"]);

        // The first step 54 comes after it went back.
        SmallRun.Interrupt(Load("parts", "loss_spike=back"), "step 54/", data: Rows(stream));
        SmallRun.Train(SmallRun.Reload(_folder["parts"]), resume: true, data: Rows(stream));
        SmallRun.AssertSame(_folder["without"], _folder["parts"]);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Of each step the row that it sees: 0 is learned at once, the others are noise.</summary>
    private static int[] Stream() =>
        [.. Enumerable.Range(0, Steps).Select(s => s is >= FirstOdd and < FirstOdd + Odd ? 1 + s - FirstOdd : 0)];

    private static TrainingData Rows(int[] stream)
    {
        var random = new Random(5);
        int[] easy = [.. Enumerable.Range(0, 40).Select(i => 65 + (i % 4))];
        IReadOnlyList<int[]>[] rows =
        [
            [easy],
            .. Enumerable.Range(0, Odd).Select(_ => new[] { Noise() }),
        ];
        int[] Noise() => [.. Enumerable.Range(0, 40).Select(_ => random.Next(250))];
        PackedCorpus Of(IReadOnlyList<int[]>[] packed) => PackedCorpus.OfRows("made", CorpusKind.Domain, 96, packed);
        return new TrainingData(
            [new Corpus(Of(rows), Of([]))],
            TrainingOrder.Given(
                [new CorpusRows(rows.Length, CorpusKind.Domain)], [.. stream.Select(r => new RowId(0, r))], 1, Steps));
    }

    private RunConfig Load(string name, params string[] more) => SmallRun.Load(
        _folder[name],
        [
            "method=full", "loss=ce", $"steps={Steps}", "global_batch=1", "micro_batch=1",
            "optimizer={learning_rate: 5e-3, schedule: constant, warmup_ratio: 0}", "validate.every=0", "samples=0",
            "checkpoint={every: 20, keep: last 1}", .. more,
        ]);
}
