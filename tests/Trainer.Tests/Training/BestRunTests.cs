using System.Text.Json;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Whole runs that save the best validation's state, or stop by a rule: a rate ruins them on the way.
/// </summary>
public sealed class BestRunTests : IDisposable
{
    /// <summary>A rate that is too high once it is reached.</summary>
    private const string High = "optimizer={learning_rate: 0.3, schedule: constant, warmup_steps: 6}";

    private const string Higher = "optimizer={learning_rate: 1, schedule: constant, warmup_steps: 8}";

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void What_is_saved_is_what_a_run_that_ended_there_exports(string method)
    {
        string[] settings = Settings(
            method, "validate={every: 2, documents: 2, metric: domain_ce}", "checkpoint=best", "samples=1", "steps=10",
            Higher);
        string printed = SmallRun.Train(SmallRun.Load(_folder["best"], settings));
        (long best, long last) = BestOf("best");
        Assert.True(best < last, $"{best} of {last}");
        Assert.Matches(
            $"exported   the state after step {best}: validation CE of domain text [0-9.]+, against [0-9.]+ after step "
                + $"{last}\n",
            printed);

        SmallRun.Interrupt(
            SmallRun.Load(_folder["there"], [.. settings, "checkpoint.export=last"]), $"step {best,2}/10");
        RunExport.OfRun(
            RunDirectory.Open(_folder["there"]), null, _folder["exported"], default,
            new ProgressPrinter(TextWriter.Null));
        string name = method == "lora" ? "adapter" : "model";
        SmallRun.AssertSameWeights(_folder["exported"], Path.Combine(_folder["best"], name));

        // The record is of that state: what the report calls "after" is what is saved.
        RunRecord record = RunRecordReader.Read(_folder["best"]);
        Assert.Equal(best, record.ExportedStep);
        Assert.All(record.HeldOut, c => Assert.Equal(best, c.Last.Step));
        Assert.All(Outcome.Of(record), o => Assert.Equal(best, o.Ce!.Last.X));
        string report = File.ReadAllText(_folder["best/report.html"]);
        Assert.Contains($", is the state after step {best}: validation CE of domain text ", report);
    }

    /// <summary>A run that is to save its best state gives it before its end, too.</summary>
    [Fact]
    public void An_unfinished_run_gives_its_best_state_so_far()
    {
        string[] settings = Settings(
            "lora", "validate={every: 2, documents: 2, metric: domain_ce}", "checkpoint=best", "steps=10", Higher);
        SmallRun.Train(SmallRun.Load(_folder["whole"], settings));
        (long best, _) = BestOf("whole");
        SmallRun.Interrupt(SmallRun.Load(_folder["run"], settings), "step  9/10");
        var display = new ProgressPrinter(TextWriter.Null);
        string told =
            RunExport.OfRun(RunDirectory.Open(_folder["run"]), null, _folder["best"], default, display).Told;
        Assert.EndsWith($" (after step {best}, of the best validation so far: the run is not finished)", told);
        SmallRun.AssertSameWeights(_folder["best"], _folder["whole/adapter"]);
    }

    [Fact]
    public void The_best_checkpoint_stays_and_is_saved_when_it_comes()
    {
        SmallRun.Train(SmallRun.Load(
            _folder["run"], Settings("lora", "validate={every: 2, documents: 2, metric: domain_ce}", "steps=10", Higher,
                "checkpoint={every: 5, keep: last 1, export: best}")));
        (long best, _) = BestOf("run");
        Assert.NotEqual(0, best % 5);
        Assert.Equal(
            [$"step-{best:D8}", "step-00000010"],
            Directory.GetDirectories(_folder["run/checkpoints"]).Select(Path.GetFileName).Order());
    }

    /// <summary>Wherever a run is interrupted, it stops at the same step and saves the same state.</summary>
    [Fact]
    public void A_run_that_stops_early_stops_there_after_an_interruption_too()
    {
        string[] settings = Settings(
            "lora", "validate={every: 1, documents: 2, metric: domain_ce}", "stop_early=2",
            "checkpoint={every: 3, keep: last 1, export: best}", SmallRun.Questions(_folder));
        string printed = SmallRun.Train(SmallRun.Load(_folder["whole"], settings));
        string stopped = printed.Split('\n').Single(l => l.StartsWith("stopped    early: ", StringComparison.Ordinal));
        (long best, long last) = BestOf("whole");
        Assert.InRange(last, best + 2, 10);
        Assert.Contains($"after step {last} validation CE of domain text has not fallen for 2 validations", stopped);

        foreach (long at in (long[])[best - 1, last - 1, last])
        {
            string parts = $"parts-{at}";
            SmallRun.Interrupt(SmallRun.Load(_folder[parts], settings), $"step {at,2}/11");
            string end = SmallRun.Train(SmallRun.Reload(_folder[parts]), resume: true);
            SmallRun.AssertSame(_folder["whole"], _folder[parts]);
            Assert.Equal(SmallRun.Closing(printed), SmallRun.Closing(end));
            Assert.Contains(stopped, end);
            foreach (string file in (string[])["held_out.json", "questions.json", "samples.json"])
                Assert.Equal(File.ReadAllText(_folder[$"whole/{file}"]), File.ReadAllText(_folder[$"{parts}/{file}"]));
            using JsonDocument facts = JsonDocument.Parse(File.ReadAllText(_folder[$"{parts}/run.json"]));
            Assert.Contains(facts.RootElement.GetProperty("stopped_early").GetString()!, stopped);
            Assert.Equal(best, facts.RootElement.GetProperty("exported_step").GetInt64());
        }
    }

    [Fact]
    public void General_text_that_goes_too_far_ends_a_run()
    {
        string printed = SmallRun.Train(SmallRun.Load(
            _folder["run"], Settings("lora", "validate={every: 1, documents: 2}", "stop_early.max_general_kl=0.05")));
        Assert.Matches("stopped    early: after step [0-9]+ everyday is [0-9.]+ nats per token from the base", printed);
        MetricSeries kl = RunRecordReader.Read(_folder["run"]).Metrics!.HeldOutKl.Single(s => s.Part == "everyday");
        Assert.All(kl.Points.SkipLast(1), p => Assert.True(p.Y <= 0.05));
        Assert.True(kl.Points[^1].Y > 0.05 && kl.Points[^1].X < 11);
    }

    [Fact]
    public void Where_the_best_is_gone_another_is_and_that_is_told()
    {
        string[] settings = Settings(
            "lora", "validate={every: 1, documents: 2}", "checkpoint={every: 1, keep: last 3, export: best}");
        SmallRun.Interrupt(SmallRun.Load(_folder["run"], settings), "step 10/11");
        (long best, _) = BestOf("run");
        Directory.Delete(_folder[$"run/checkpoints/step-{best:D8}"], recursive: true);
        string end = SmallRun.Train(SmallRun.Reload(_folder["run"]), resume: true);
        Assert.Matches(
            $"note       the best validation, after step {best}, has no whole checkpoint any more: the best is that "
                + "after step [0-9]+", end);
        Assert.DoesNotContain($"exported   the state after step {best}:", end);
    }

    [Fact]
    public void A_run_that_gets_worse_is_told_so_and_its_record_has_it()
    {
        string printed = SmallRun.Train(SmallRun.Load(
            _folder["run"], Settings("full", "validate={every: 1, documents: 2}", Higher)));
        string[] said = [.. printed.Split('\n').Where(l => l.StartsWith("advice     ", StringComparison.Ordinal))];
        Assert.NotEmpty(said);
        RunRecord record = RunRecordReader.Read(_folder["run"]);
        Assert.Equal(said.Select(l => l["advice     ".Length..]), record.Advice.Select(a => a.Text));
        Assert.Contains("<section id=\"advice\">", File.ReadAllText(_folder["run/report.html"]));
    }

    [Theory]
    [InlineData("stop_early.patience: expected validations", "stop_early=3", "validate.every=0")]
    [InlineData("checkpoint.export: expected validations", "checkpoint=best", "validate.every=0")]
    [InlineData("stop_early.min_change: expected stop_early.patience", "stop_early.min_change=0.1")]
    [InlineData("unknown key. Did you mean stop_early.patience?", "early_stopping_patience=3")]
    [InlineData("unknown key. Did you mean checkpoint.export?", "load_best_model_at_end=true")]
    public void A_rule_that_cannot_work_is_refused(string says, params string[] settings) =>
        Assert.Contains(says, Assert.Throws<UserException>(() => SmallRun.Load(_folder["x"], settings)).Message);

    public void Dispose() => _folder.Dispose();

    private static string[] Settings(string method, params string[] more) =>
        [$"method={method}", "lora={rank: 4}", "loss=mol", High, .. more];

    /// <summary>The steps of the best validation and of the last.</summary>
    private (long Best, long Last) BestOf(string run)
    {
        RunConfig config = SmallRun.Reload(_folder[run]);
        ValidationRound[] rounds = [.. ValidationRound.Of(MetricsLog.OfFile(_folder[$"{run}/metrics.jsonl"])!)];
        return (rounds.Where(r => r.Step > 0).MinBy(Figure)!.Step, rounds[^1].Step);

        double Figure(ValidationRound r) => config.Stop.Metric == ValidationMetric.Loss
            ? r.Corpora.Average(c => c.Loss)
            : r.Corpora.First(c => c.Name != "everyday").CrossEntropy;
    }

}
