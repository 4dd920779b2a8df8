using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>
/// What an editor says of configs by the schema. That every key of a run fits it with a value of its own is among
/// <see cref="ConfigTableTests"/>.
/// </summary>
public sealed class ConfigSchemaTests
{
    private const string Run = "model: m\noutput: out\ndata: {corpora: [{path: a.jsonl, kind: domain}]}\n";

    [Theory]
    [InlineData("")]
    [InlineData("seed: 1_000")]
    [InlineData("epochs: 1e0")]
    [InlineData("init: random")]
    [InlineData("init: {kind: random}")]
    [InlineData("loss: ce")]
    [InlineData("questions: null")]
    [InlineData("questions: q.jsonl")]
    [InlineData("lora: {rank: null}")]
    [InlineData("chat_template: auto")]
    [InlineData("optimizer: {betas: [0.9, 0.95]}")]
    public void What_is_read_fits(string more) => ConfigSchema.AssertFits(ConfigSchema.OfRun, Run + more, more);

    [Theory]
    [InlineData("seeed: 1")]
    [InlineData("seed: first")]
    [InlineData("seed: 1.5")]
    [InlineData("init: zero")]
    [InlineData("lora: {rnk: 8}")]
    [InlineData("lora: 8")]
    [InlineData("method: qlora")]
    [InlineData("optimizer: {betas: 0.9}")]
    public void A_mistake_is_marked(string more) => Assert.False(ConfigSchema.Fits(ConfigSchema.OfRun, Run + more));

    [Fact]
    public void What_must_be_there_is_missed()
    {
        Assert.False(ConfigSchema.Fits(ConfigSchema.OfRun, "model: m\noutput: out\n" + "data: {corpora: [{path: a}]}"));
        Assert.False(ConfigSchema.Fits(ConfigSchema.OfRun, Run.Replace("model: m\n", "")));
    }

    [Fact]
    public void Every_file_that_is_shipped_fits()
    {
        string[] examples = Directory.GetFiles(
            Path.Combine(Shared.Repository, "examples"), "*.yaml", SearchOption.AllDirectories);
        string[] tasks =
        [
            .. Directory.GetFiles(
                Path.Combine(Shared.Repository, "src", "Evaluation", "Tasks"), "*.yaml", SearchOption.AllDirectories),
            .. examples.Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "tasks"),
        ];
        string[] experiments =
            [.. examples.Where(f => File.ReadLines(f).Any(l => l.StartsWith("cells:", StringComparison.Ordinal)))];
        string[] runs = [.. examples.Except(tasks).Except(experiments)];
        Assert.NotEmpty(experiments);
        Assert.All(
            experiments, file => ConfigSchema.AssertFits(ConfigSchema.OfExperiment, File.ReadAllText(file), file));
        Assert.NotEmpty(runs);
        Assert.NotEmpty(tasks);
        Assert.All(runs, file => ConfigSchema.AssertFits(ConfigSchema.OfRun, File.ReadAllText(file), file));
        Assert.All(tasks, file => ConfigSchema.AssertFits(ConfigSchema.OfTask, File.ReadAllText(file), file));
    }
}
