using System.Text.RegularExpressions;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>A plan that can come to nothing is refused before it runs; one that is merely odd is told.</summary>
public sealed class PlanCheckTests : IDisposable
{
    private const string Warm = "optimizer={schedule: cosine, warmup_ratio: 0.1}";
    private const string Warmer = "optimizer={warmup_ratio: null, warmup_steps: 10}";

    private const string OneStep =
        "expected a step after the first of the warm-up, whose learning rate is 0, got 1 step in all";

    private readonly TinyRun _run = new();

    [Theory]
    [InlineData("learning_rate: expected a rate above 0, got 0: nothing would be trained", "optimizer.learning_rate=0")]
    [InlineData($"optimizer.warmup_ratio: {OneStep}", Warm, "steps=1")]
    [InlineData($"optimizer.warmup_steps: {OneStep}", Warmer, "steps=1")]
    [InlineData(
        "Set optimizer.warmup_ratio to 0 or optimizer.warmup_from_zero to false, or make it more steps: lower "
            + "global_batch (1000)",
        Warm, "steps=null", "global_batch=1000")]
    [InlineData("Set optimizer.warmup_ratio to 0", Warm, "steps=null", "epochs=1e-9")]
    [InlineData("loss: expected a part of cross-entropy, or another start than the base model itself", "loss=kl")]
    [InlineData("Choose mol or ce (loss.kind), or start from an adapter (lora.from)", "loss=kl", "lora.dropout=0.5")]
    [InlineData("loss: expected a part of cross-entropy", "loss=kl", "method=full", "optimizer.weight_decay=0")]
    [InlineData("loss: expected a part of cross-entropy", "loss={kind: mol, alpha: 1}", "ratio=0")]
    public void What_would_train_nothing_is_refused(string says, params string[] settings)
    {
        (int code, string output, string error) = TinyRun.Run(_run.Arguments("a", settings));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, error);
        Assert.False(Directory.Exists(_run.At("a")));
    }

    /// <summary>What is used after the last step is read before the first.</summary>
    [Fact]
    public void An_end_that_no_token_is_is_refused_before_a_step()
    {
        File.WriteAllText(Path.Combine(_run.Model, "generation_config.json"), """{"eos_token_id": 5000}""");
        (int code, string output, string error) = TinyRun.Run(_run.Arguments("a", []));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("generation_config.json: key eos_token_id: expected ids of the vocabulary", error);
        Assert.False(Directory.Exists(_run.At("a")));
    }

    [Theory]
    [InlineData(
        "warm-up takes all of the 6 steps: the learning rate rises to 0.0025 and never reaches 0.003",
        "optimizer={learning_rate: 3e-3, warmup_ratio: 1}")]
    [InlineData(
        "warm-up takes all of the 6 steps: the learning rate rises to 0.006 and never reaches 0.007",
        "optimizer={learning_rate: 7e-3, warmup_ratio: 1, warmup_from_zero: false}")]
    [InlineData(
        "warm-up takes all of the 6 steps: the learning rate rises to 0.0005 and never reaches 0.001",
        Warmer, "optimizer.learning_rate=1e-3")]
    [InlineData("general corpus everyday is seen ", "ratio=9")]
    [InlineData("nothing of corpus bees is held out", "data.held_out=0", "validate.every=3")]
    [InlineData(
        "data.context (200) is above the model's max_position_embeddings (128): it has not", "data.context=200")]
    [InlineData("the only step has 1 row, fewer than global_batch (8)", "steps=null", "epochs=1e-9")]
    [InlineData("no row of corpus everyday is seen: the run takes 1 row of the ", "steps=null", "epochs=1e-9")]
    [InlineData(
        "weight decay alone moves the weights: ",
        "loss=kl", "method=full", "optimizer={learning_rate: 1e-4, weight_decay: 0.1}")]
    public void What_is_odd_is_told(string says, params string[] settings)
    {
        string told = TinyRun.Ok(_run.Arguments("a", ["validate.every=0", "samples=0", .. settings]));
        Assert.Contains($"\nnote       {says}", told);
    }

    [Fact]
    public void A_mixture_without_general_text_is_told()
    {
        string corpus = $"data.corpora=[{{path: {Material.Folder}/glass_bees.jsonl, kind: domain}}]";
        const string Says = "\nnote       no corpus is general: KL on domain text alone";
        Assert.Contains(Says, TinyRun.Ok(_run.Arguments("a", corpus, "samples=0")));
        Assert.DoesNotContain(Says, TinyRun.Ok(_run.Arguments("b", corpus, "samples=0", "ratio=0")));
        Assert.DoesNotContain(Says, TinyRun.Ok(_run.Arguments("c", corpus, "samples=0", "loss=ce")));
    }

    /// <summary>Unasked, a short run has smaller steps, and rows are no longer than the model knows.</summary>
    [Fact]
    public void Batch_and_context_shrink_where_they_are_not_asked_for()
    {
        string told = TinyRun.Ok(_run.Arguments(
            "a", "steps=null", "epochs=1", "global_batch=null", "data.context=null", "samples=0", "validate.every=0"));
        Assert.Contains(" rows of 128 ", told);
        Match steps = Regex.Match(told, @"\nplan       (\d+) steps of (\d+) rows? \(1 epoch of (\d+) rows\)");
        Assert.True(steps.Success, told);
        int[] n = [.. steps.Groups.Values.Skip(1).Select(g => int.Parse(g.Value))];
        Assert.InRange(n[0], 10, 19);
        Assert.Equal(n[2] / 10, n[1]);
    }

    [Fact]
    public void What_is_usual_is_not_told() =>
        Assert.DoesNotContain("\nnote ", TinyRun.Ok(_run.Arguments("a", "optimizer.warmup_ratio=0.8")));

    public void Dispose() => _run.Dispose();
}
