using MolEngine.Support;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Tests.Experiments;

/// <summary>Specs: cells of a grid and of a list, and what a mistake is told.</summary>
public sealed class ExperimentReaderTests : IDisposable
{
    private const string Base = "base: config.yaml\n";

    private readonly TempFolder _folder = new();

    public ExperimentReaderTests() => File.Copy(
        Path.Combine(Shared.Repository, "examples", "quickstart", "config.yaml"), At("config.yaml"));

    private string Source => At("spec.yaml");

    public void Dispose() => _folder.Dispose();

    /// <summary>Every key of the spec is looked at before anything runs, and a mistake names what is wrong.</summary>
    [Theory]
    [InlineData("cells: [{name: a}]", "base, config: expected exactly one of them, got neither")]
    [InlineData("base: config.yaml\nconfig: {steps: 1}\ncells: [{name: a}]", "expected exactly one of them, got both")]
    [InlineData("base: no.yaml\ncells: [{name: a}]", "base: expected a config of `molengine train`, found none at")]
    [InlineData(Base, "grid, cells: expected at least one cell, got none")]
    [InlineData(Base + "cells: [{name: a}, {name: A}]", "expected a name for each, got it 2 times")]
    [InlineData(Base + "cells: [{name: a/b}]", "cells[0].name: expected text of letters, digits")]
    [InlineData(Base + "cells: [{set: {steps: 1}}]", "cells[0].name: missing")]
    [InlineData(Base + "cell: [{name: a}]", "cell: unknown key. Did you mean cells?")]
    [InlineData(Base + "seed: [1]\ncells: [{name: a}]", "seed: unknown key. Did you mean seeds?")]
    [InlineData(Base + "seeds: [1, 1]\ncells: [{name: a}]", "seeds: expected a list of numbers that are whole")]
    [InlineData(Base + "seeds: [0.5]\ncells: [{name: a}]", "seeds: expected a list of numbers that are whole")]
    [InlineData(Base + "cells: [{name: a}]\nbaseline: b", "baseline: expected the name of a cell, got b. There is a")]
    [InlineData(Base + "grid: {loss.alpha: 0.1}", "grid: loss.alpha: expected a list of values, got 0.1")]
    [InlineData(Base + "grid: {loss.alpha: []}", "grid: loss.alpha: expected a list of values, got an empty one")]
    [InlineData(Base + "cells: [{name: a}]\njudge: {texts: {t: no.jsonl}}", "judge.texts: expected a file or a folder")]
    [InlineData(Base + "cells: [{name: a}]\njudge: {tasks: [mmlu/clinical]}", "Did you mean mmlu_clinical?")]
    [InlineData(Base + "cells: [{name: a}]\njudge: {tasks: [medqa]}", "judge.data: medqa: expected the data, got none")]
    [InlineData(Base + "cells: [{name: a}]\njudge: {tasks: [no.yaml]}", "judge.tasks: expected a task's file")]
    [InlineData(Base + "cells: [{name: a}]\njudge: {limit: 0}", "judge.limit: expected an integer of at least 1")]
    public void A_mistake_in_a_spec_is_a_sentence(string yaml, string sentence)
    {
        UserException e = Assert.Throws<UserException>(() => ExperimentReader.Parse(yaml, Source));
        Assert.Contains(sentence, e.Message);
        Assert.StartsWith(Source, e.Message);
    }

    /// <summary>What a cell changes is checked as `--set` is, before anything runs, and names the cell.</summary>
    [Theory]
    [InlineData("{loss.alhpa: 0.1}", "b: --set loss.alhpa=0.1: loss.alhpa: unknown key. Did you mean loss.alpha?")]
    [InlineData("{loss: {alpha: 2}}", "loss.alpha: expected")]
    [InlineData("{steps: 1, epochs: 2, loss: {kind: mole}}", "loss.kind: expected")]
    [InlineData("{seed: 7}", "b: seed: expected it under `seeds`, got it among what a cell changes")]
    public void A_mistake_in_a_cell_is_told_before_anything_runs(string set, string sentence)
    {
        ExperimentSpec spec = Spec($"cells: [{{name: a}}, {{name: b, set: {set}}}]");
        UserException e = Assert.Throws<UserException>(() => ExperimentPlan.Of(spec, At("out"), null));
        Assert.Contains(sentence, e.Message);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public void A_grid_has_a_cell_for_each_combination_and_named_cells_follow()
    {
        ExperimentSpec spec = Spec("""
            set: {steps: 5, optimizer: {learning_rate: 1e-3}}
            grid: {loss.alpha: [0, 0.5], ratio: [1, 2]}
            cells: [{name: ce, set: {loss.kind: ce, steps: 6}}]
            seeds: [3, 1]
            baseline: ce
            """);
        Assert.Equal(
            ["alpha-0+ratio-1", "alpha-0+ratio-2", "alpha-0.5+ratio-1", "alpha-0.5+ratio-2", "ce"],
            spec.Cells.Select(c => c.Name));
        ExperimentPlan plan = ExperimentPlan.Of(spec, At("out"), null);
        Assert.Equal(10, plan.Runs.Count);
        Assert.Equal([3UL, 1UL], plan.Runs.Select(r => r.Seed).Distinct());
        ExperimentRun run = plan.Runs[2];
        Assert.Equal((0.5, 1.0, 5L, 1e-3, 3UL), (
            run.Config.Loss.Options.Alpha, run.Config.Order.Ratio, run.Config.Order.Steps!.Value,
            run.Config.Optimizer.LearningRate, run.Config.Seed));
        Assert.Equal(Path.Combine(At("out"), "cells", "alpha-0.5+ratio-1", "seed-3"), run.Folder);
        Assert.Equal((6L, "ce"), (plan.Runs[4].Config.Order.Steps!.Value, spec.Baseline.Name));
        Assert.Equal(
            [("ce", 3UL), ("ce", 1UL)],
            ExperimentPlan.Of(spec, At("out"), "ce").Runs.Select(r => (r.Cell.Name, r.Seed)));
        Assert.Contains(
            "--only: none: expected the name of a cell",
            Assert.Throws<UserException>(() => ExperimentPlan.Of(spec, At("out"), "none")).Message);
    }

    /// <summary>The whole config may stand in the spec; its paths are then looked up beside the spec.</summary>
    [Fact]
    public void A_config_may_stand_in_the_spec()
    {
        string quickstart = Path.Combine(Shared.Repository, "examples", "quickstart");
        ExperimentSpec spec = ExperimentReader.Parse(
            $$"""
            config:
              model: {{quickstart}}/model
              data: {context: 64, corpora: [{name: bells, path: {{quickstart}}/bells.jsonl, kind: domain}]}
              steps: 1_000
            cells: [{name: only}]
            seeds: [1]
            """, Source);
        ExperimentRun run = Assert.Single(ExperimentPlan.Of(spec, At("out"), null).Runs);
        Assert.Equal((1000L, 64), (run.Config.Order.Steps!.Value, run.Config.Data.Context));
    }

    private ExperimentSpec Spec(string yaml) => ExperimentReader.Parse(
        $"base: {Path.Combine(Shared.Repository, "examples", "quickstart", "config.yaml")}\n{yaml}", Source);

    private string At(string name) => Path.Combine(_folder.Root, name);
}
