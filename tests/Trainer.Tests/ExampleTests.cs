using System.Text.Json;
using MolEngine.Engine.Losses;
using MolEngine.Support;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Tests;

/// <summary>What README's commands run is there, and is what its comments say.</summary>
public sealed class ExampleTests
{
    private static string First => Path.Combine(Shared.Repository, "examples", "first");

    [Fact]
    public void The_first_config_is_valid_and_trains_from_nothing()
    {
        RunConfig config = RunConfigLoader.Load(Path.Combine(First, "config.yaml"));
        Assert.Equal(
            (InitKind.Random, TrainingMethod.Full, LossKind.Ce), (config.Init.Kind, config.Method, config.Loss.Kind));
        Assert.Equal([CorpusKind.Domain, CorpusKind.General], config.Data.Corpora.Select(c => c.Kind));
        Assert.Equal(Path.Combine(First, "model"), config.Model);
    }

    [Fact]
    public void The_first_run_has_rows_of_both_corpora_and_its_number_of_steps()
    {
        RunConfig config = RunConfigLoader.Load(Path.Combine(First, "config.yaml"));
        CorpusLoader loader = new(
            new TextTokenizer(t => [.. System.Text.Encoding.UTF8.GetBytes(t).Select(b => (int)b)], 256), 2);
        IReadOnlyList<Corpus> corpora = loader.Load(config.Data, config.Validate);
        TrainingOrder order = TrainingOrder.For(config, corpora);
        Assert.Equal(200, order.Steps);
        Assert.Equal(config.Ratio, order.AchievedRatio, 0.01);
        Assert.All(corpora, c => Assert.Equal(8, c.HeldOut.Documents));
        Assert.Equal(2, order.RowsOfEpoch(0).Select(r => r.Corpus).Distinct().Count());
        Assert.Equal(2, TrainingOrder.For(config with { Steps = null, Epochs = 2 }, corpora).Epochs);
    }

    [Theory]
    [InlineData("glass_bees.jsonl")]
    [InlineData("everyday.jsonl")]
    public void Its_corpora_hold_short_documents_without_repeats(string file)
    {
        string[] texts = [.. JsonlReader.Read(Path.Combine(First, file)).Select(r => r.Text)];
        Assert.True(texts.Length >= 150);
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.All(texts, t => Assert.InRange(t.Length, 20, 400));
    }

    [Fact]
    public void Its_tokenizer_has_a_token_for_each_byte_and_its_model_a_row_for_each_token()
    {
        using JsonDocument tokenizer = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(First, "model", "tokenizer.json")));
        JsonElement vocab = tokenizer.RootElement.GetProperty("model").GetProperty("vocab");
        Assert.Equal(Enumerable.Range(0, 256), vocab.EnumerateObject().Select(p => p.Value.GetInt32()).Order());
        Assert.Equal(
            [256, 257, 258], tokenizer.RootElement.GetProperty("added_tokens").EnumerateArray().Select(t => t.GetProperty("id").GetInt32()));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(First, "model", "config.json")));
        Assert.Equal(259, config.RootElement.GetProperty("vocab_size").GetInt32());
        Assert.Equal(256, config.RootElement.GetProperty("eos_token_id").GetInt32());
    }

    [Fact]
    public void The_readme_names_paths_that_exist_and_a_config_that_is_understood()
    {
        string readme = File.ReadAllText(Path.Combine(Shared.Repository, "README.md"));
        Assert.Contains("dotnet run -c Release --project src/Trainer -- train examples/first/config.yaml", readme);
        Assert.Contains("dotnet test -c Release", readme);
        string yaml = readme.Split("```yaml\n")[1].Split("```")[0];
        UserException e = Assert.Throws<UserException>(
            () => RunConfigLoader.Parse(yaml, Path.Combine(First, "readme.yaml")));

        // Nothing is wrong with it but that its model and the three files of its corpora are not here.
        Assert.Equal(4, e.Message.Split(Environment.NewLine).Length);
        Assert.All(e.Message.Split(Environment.NewLine), line => Assert.Contains("found none at", line));
    }
}
