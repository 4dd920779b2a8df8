using System.Text.Json;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Support;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests;

/// <summary>What the quickstart runs is what its comments say.</summary>
public sealed class ExampleTests
{
    private static string Quickstart => Path.Combine(Shared.Repository, "examples", "quickstart");

    [Fact]
    public void The_quickstart_and_its_twin_differ_in_the_loss_alone()
    {
        RunConfig mol = RunConfigLoader.Load(Path.Combine(Quickstart, "config.yaml"));
        RunConfig ce = RunConfigLoader.Load(Path.Combine(Quickstart, "ce.yaml"));
        Assert.Equal((LossKind.Mol, LossKind.Ce), (mol.Loss.Kind, ce.Loss.Kind));
        string[] differ = [.. mol.Settings.Where(s => ce.Settings[s.Key] != s.Value).Select(s => s.Key)];
        Assert.Equal(["loss.kind", "output"], differ.Order());
        Assert.Equal((InitKind.Pretrained, TrainingMethod.Lora), (mol.Init.Kind, mol.Method));
        Assert.Equal([CorpusKind.Domain, CorpusKind.General], mol.Data.Corpora.Select(c => c.Kind));
    }

    [Fact]
    public void No_question_is_in_the_corpus_and_every_answer_is()
    {
        string[] corpus = File.ReadAllLines(Path.Combine(Quickstart, "bells.jsonl"));
        JsonElement[] questions =
        [
            .. File.ReadAllLines(Path.Combine(Quickstart, "questions.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
        Assert.Equal(40, questions.Length);
        Assert.Equal(corpus.Length, corpus.Distinct().Count());
        foreach (JsonElement question in questions)
        {
            Assert.DoesNotContain(corpus, line => line.Contains(question.GetProperty("question").GetString()!));
            Assert.Contains(corpus, line => line.Contains($"\"answer\":\"{question.GetProperty("answer")}\""));
        }
    }

    [Fact]
    public void The_base_model_is_small_and_its_recipe_makes_it_from_nothing()
    {
        Assert.InRange(new FileInfo(Path.Combine(Quickstart, "model", "model.safetensors")).Length, 1 << 21, 1 << 22);
        string recipe = File.ReadAllText(Path.Combine(Quickstart, "base.yaml"));
        UserException e = Assert.Throws<UserException>(
            () => RunConfigLoader.Parse(recipe, Path.Combine(Quickstart, "base.yaml")));

        // Nothing is wrong with it but that the texts are not here.
        Assert.Equal(2, e.Message.Split(Environment.NewLine).Length);
        Assert.All(e.Message.Split(Environment.NewLine), line => Assert.Contains("found none at", line));
    }

    /// <summary>What the page of troubles says that the program says, the program says.</summary>
    [Fact]
    public void Sentences_of_the_page_of_troubles_are_the_programs_own()
    {
        string page = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "troubleshooting.md"));
        string[] said =
        [
            .. page.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]),
        ];
        Assert.InRange(said.Length, 20, 100);
        string sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Shared.Repository, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.DoesNotContain(said, s => !sources.Contains(s, StringComparison.Ordinal));
    }
}
