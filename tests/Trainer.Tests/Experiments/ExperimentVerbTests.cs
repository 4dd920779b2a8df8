using System.Text.Json.Nodes;
using MolEngine.Runs;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Experiments;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Experiments;

/// <summary>Whole experiments with a tiny model, each run in a process of its own.</summary>
public sealed class ExperimentVerbTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>
    /// A run that was interrupted goes on to the bits of one that was not; a cell whose data is broken fails by itself,
    /// and the same command tries it again when it is mended, and leaves alone what is done.
    /// </summary>
    [Fact]
    public void What_failed_is_tried_again_and_what_is_done_is_left_alone()
    {
        string broken = _run.Write("broken.jsonl", "{\"text\": \"not closed\n");
        string spec = Spec(
            $$"""
            set: {checkpoint.every: 2, steps: 4, validate.every: 4}
            cells:
              - {name: whole}
              - {name: broken, set: {data.corpora: [{name: bees, path: {{broken}}, kind: domain}]} }
            """);
        ExperimentRun first = ExperimentPlan.Of(ExperimentReader.Load(spec), _run.At("e"), "whole").Runs[0];
        Directory.CreateDirectory(Path.GetDirectoryName(first.Folder)!);
        SmallRun.Interrupt(first.Config, "step 2/");

        (int code, string output, string error) = TinyRun.Run("experiment", spec, "--output", _run.At("e"));
        Assert.Equal(1, code);
        Assert.Contains("[1/2] whole, seed 1: went on, done", output);
        Assert.Contains("[2/2] broken, seed 1: failed: molengine: ", output);
        Assert.Contains("broken.jsonl:1", output);
        Assert.Contains("1 run of 2 failed", error);
        RunConfig straight = RunConfigLoader.Parse(first.Config.Resolved, spec, [$"output={_run.At("straight")}"]);
        SmallRun.Train(straight);
        SmallRun.AssertSame(straight.Output, first.Folder);

        File.Copy(Path.Combine(Support.Material.Folder, "glass_bees.jsonl"), broken, overwrite: true);
        DateTime adapter = Directory.GetLastWriteTimeUtc(Path.Combine(first.Folder, "adapter"));
        output = TinyRun.Ok("experiment", spec, "--output", _run.At("e"));
        Assert.Contains("[1/2] whole, seed 1: done before", output);
        Assert.Contains("[2/2] broken, seed 1: done", output);
        Assert.Equal(adapter, Directory.GetLastWriteTimeUtc(Path.Combine(first.Folder, "adapter")));
        JsonNode figures = JsonNode.Parse(File.ReadAllText(_run.At("e/experiment.json")))!;
        Assert.Equal(["whole", "broken"], figures["cells"]!.AsArray().Select(c => (string)c!["name"]!));
        JsonNode bees = figures["cells"]![0]!["measures"]!.AsArray().First(m => (string)m!["name"]! == "bees")!;
        Assert.Equal(
            (double)JsonNode.Parse(File.ReadAllText(_run.At("e/judged/whole.seed-1.json")))!
                ["models"]![0]!["texts"]![0]!["ce_after"]!, (double)bees["mean"]!);
        Assert.Contains("default-src", File.ReadAllText(_run.At("e/report.html")));
        Assert.Contains("| whole |", File.ReadAllText(_run.At("e/report.md")));

        // Two of them in one folder would take each other's runs.
        using (RunLock.Take(_run.At("e")))
        {
            (code, _, error) = TinyRun.Run("experiment", spec, "--output", _run.At("e"));
            Assert.Equal(2, code);
            Assert.Contains($"{_run.At("e")}: expected a run directory that nobody trains in, got one held by", error);
        }

        // Other settings in the same folder would be another experiment.
        File.WriteAllText(spec, File.ReadAllText(spec).Replace("steps: 4", "steps: 5"));
        (code, _, error) = TinyRun.Run("experiment", spec, "--output", _run.At("e"));
        Assert.Equal(2, code);
        Assert.Contains("got one with other settings: steps: 5 in the spec, 4 there", error);
    }

    [Fact]
    public void A_dry_run_tells_the_plan_and_leaves_nothing()
    {
        string spec = Spec("grid: {loss.alpha: [0, 0.5]}\nseeds: [1, 2]");
        string said = TinyRun.Ok("experiment", spec, "--output", _run.At("e"), "--dry-run");
        Assert.Contains("4 runs: 2 cells, 2 seeds each (1, 2)", said);
        Assert.Contains("alpha-0.5  6 steps of 8 rows; 2 runs; loss.alpha=0.5", said);
        Assert.Contains($"{4 * 6 * 8 * 48:N0} tokens to train on", said);
        Assert.False(Directory.Exists(_run.At("e")));
    }

    /// <summary>Several runs on one page; one alone is its own report, as ever.</summary>
    [Fact]
    public void Runs_are_reported_side_by_side()
    {
        string one = _run.Train("one", "steps=2"), two = _run.Train("two", "steps=2", "loss=ce");
        string page = _run.At("both.html");
        Assert.Contains(page, TinyRun.Ok("report", one, two, "--html", page));
        string html = File.ReadAllText(page);
        Assert.Contains("2 runs: one, two", html);
        Assert.Contains("loss.kind", html);
        Assert.DoesNotContain("<th scope=\"row\">steps</th>", html);
        TinyRun.Ok("report", one);
        Assert.Contains("expected several runs", TinyRun.Run("report", one, "--html", page).Error);
        Assert.Contains("got one of them twice", TinyRun.Run("report", one, one).Error);
    }

    private string Spec(string yaml)
    {
        string seeds = yaml.Contains("seeds:") ? "" : "\nseeds: [1]";
        return _run.Write("spec.yaml", $"base: run.yaml\n{yaml}{seeds}\n");
    }
}
