using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Tests.Reporting;

/// <summary>Work that takes long tells how much of it is done.</summary>
public sealed class WorkProgressTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_run_counts_what_it_loads_validates_and_writes()
    {
        using var display = new Recorder();
        string output = _run.At("a");
        RunConfig run = RunConfigLoader.Load(_run.Config, [$"output={output}", "steps=1", "samples=2"]);
        TrainingJob.Execute(run, resume: false, display, CancellationToken.None);
        AssertCounted(display, "loading the model", "tensor", isToTheEnd: true);
        AssertCounted(display, "validating", "held-out document", isToTheEnd: true);
        Share samples = AssertCounted(display, "continuing held-out documents", "sample", isToTheEnd: true);

        // Of two documents, by the model as it was and as it is.
        Assert.Equal(4, samples.All);
        Assert.Null(display.Told[^1].What);

        RunExport.OfAdapter(Path.Combine(output, "adapter"), _run.Model, _run.At("m"), new MergeChoice(true), display);
        AssertCounted(display, "merging", "tensor", isToTheEnd: false);
    }

    /// <summary>Counted one after the other, of a number that stays.</summary>
    private static Share AssertCounted(Recorder display, string what, string unit, bool isToTheEnd)
    {
        Share[] told = [.. display.Told.Where(t => t.What == what && t.Share is not null).Select(t => t.Share!.Value)];
        Share[] first = [.. told.TakeWhile((s, i) => i == 0 || s.Done > told[i - 1].Done)];
        Assert.True(first.Length > 1, $"{what}: told {first.Length} times");
        Assert.All(told, s => Assert.Equal((first[0].All, unit), (s.All, s.Unit)));
        Assert.Equal(isToTheEnd ? first[0].All : first[0].All - 1, first[^1].Done);
        return first[^1];
    }

    /// <summary>Keeps what it is told.</summary>
    private sealed class Recorder : IRunDisplay
    {
        public List<(string? What, Share? Share)> Told { get; } = [];

        public void Doing(string? what, Share? share = null) => Told.Add((what, share));

        public void Report(TokenizingProgress value)
        {
        }

        public void Note(string line)
        {
        }

        public void Command(string line)
        {
        }

        public void Step(StepProgress p)
        {
        }

        public void Validation(long step, IReadOnlyList<(string Name, int Documents, double Ce, double? Kl)> corpora)
        {
        }

        public void Questions(long step, QuestionScore score)
        {
        }

        public void Summary(ClosingTable table)
        {
        }

        public void Dispose()
        {
        }
    }
}
