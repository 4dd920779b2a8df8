using System.Text.Json;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Whole runs with every loss, and with another base than the model.</summary>
public sealed class LossRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>A model that is no noise: losses that weigh by their base refuse that.</summary>
    public LossRunTests() => SmallRun.Train(SmallRun.Load(
        At("start"), "method=full", "loss=ce", "steps=1", "samples=0", "validate.every=0"));

    private string[] Model => [$"model={At("start")}/model", "init=pretrained"];

    /// <summary>
    /// A resumed run goes on with its losses; validations tell both directions and what classes do not see.
    /// </summary>
    [Theory]
    [InlineData("loss={kind: masked_kl, alpha: 0.4, mix: 0.3}", "masked_kl, alpha 0.4, top 31, 0.3 of it forward")]
    [InlineData("loss={kind: asft, alpha: 0.1, direction: forward}", "asft, alpha 0.1, top 31, forward")]
    public void A_run_ends_alike_however_often_it_is_interrupted(string loss, string told)
    {
        string[] settings = [.. Model, .. SmallRun.Lora, loss, "steps=5"];
        string printed = SmallRun.Train(SmallRun.Load(At("whole"), settings));
        Assert.Contains($"loss       {told}\n", printed.ReplaceLineEndings("\n"));
        SmallRun.Interrupt(SmallRun.Load(At("parts"), settings), "step 2/");
        SmallRun.Train(SmallRun.Reload(At("parts")), resume: true);
        SmallRun.AssertSame(At("whole"), At("parts"));
        JsonElement start = Validation("whole", 0), end = Validation("whole", 5);
        foreach (string metric in (string[])["kl", "kl_forward", "kl_gap", "kl_forward_gap"])
        {
            Assert.All(start.GetProperty(metric).EnumerateObject(), c => Assert.InRange(c.Value.GetDouble(), 0, 1e-8));
            Assert.All(
                end.GetProperty(metric).EnumerateObject(), c => Assert.InRange(c.Value.GetDouble(), 1e-9, 10));
        }
    }

    /// <summary>An entropy gate is below 1, and a corpus that says its own loss has it.</summary>
    [Fact]
    public void A_gate_makes_a_loss_smaller_and_a_corpus_may_have_its_own()
    {
        double First(string name, params string[] more)
        {
            SmallRun.Train(SmallRun.Load(
                At(name),
                [
                    .. Model, .. SmallRun.Lora, "steps=1", "validate.every=0", "samples=0", "lora.dropout=0", .. more,
                ]));
            return File.ReadLines(Path.Combine(At(name), "metrics.jsonl"))
                .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("loss").GetDouble()).First();
        }

        double ce = First("ce", "loss={kind: mol, alpha: 0}"), gated = First("eaft", "loss={kind: eaft, alpha: 0}");
        Assert.InRange(gated, 0.01 * ce, 0.999 * ce);
        int domain = SmallRun.Load(At("x")).Data.Corpora.Select(c => c.Kind).ToList().FindIndex(
            k => k == CorpusKind.Domain);
        double own = First(
            "own", "loss={kind: mol, alpha: 0}", $"data.corpora[{domain}].loss={{kind: eaft, alpha: 0}}");
        Assert.Equal(gated, own);
    }

    /// <summary>One domain after another: the second run is held to what the first one left.</summary>
    [Fact]
    public void A_run_is_held_to_the_adapter_that_base_names()
    {
        SmallRun.Train(SmallRun.Load(At("first"), [.. SmallRun.Lora, "steps=4", "samples=0"]));
        string[] second =
        [
            "method=lora", "loss=mol", $"lora={{from: {At("first")}/adapter}}", "steps=1", "samples=0",
            "optimizer={learning_rate: 1e-30, warmup_steps: 0}",
        ];
        SmallRun.Train(SmallRun.Load(At("model"), second));
        string printed = SmallRun.Train(SmallRun.Load(At("held"), [.. second, $"base={At("first")}"]));
        Assert.Contains("base       ", printed);
        Assert.All(
            Validation("model", 0).GetProperty("kl").EnumerateObject(), c => Assert.True(c.Value.GetDouble() > 1e-7));
        Assert.All(
            Validation("held", 0).GetProperty("kl").EnumerateObject(),
            c => Assert.InRange(c.Value.GetDouble(), 0, 1e-10));
    }

    [Fact]
    public void A_run_is_held_to_another_checkpoint_and_refuses_another_model()
    {
        SmallRun.Train(SmallRun.Load(
            At("full"), "method=full", "loss=ce", "optimizer.learning_rate=1e-2", "steps=3", "samples=0"));
        string[] held =
            [.. SmallRun.Lora, "steps=4", "samples=0", $"base={At("full")}/model", "validate.every=4"];
        SmallRun.Interrupt(SmallRun.Load(At("held"), held), "step 2/");
        Assert.All(
            Validation("held", 0).GetProperty("kl").EnumerateObject(), c => Assert.True(c.Value.GetDouble() > 1e-5));

        // Other weights under the same name.
        SmallRun.Train(SmallRun.Load(
            At("other"), "method=full", "loss=ce", "optimizer.learning_rate=1e-2", "steps=2", "samples=0"));
        var changed = Assert.Throws<UserException>(() => SmallRun.Train(
            SmallRun.Reload(At("held"), $"base={At("other")}/model"), resume: true));
        Assert.Contains("the weights of what base names", changed.Message);

        string config = Path.Combine(At("other"), "model", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"rms_norm_eps\": 1", "\"rms_norm_eps\": 3"));
        RunConfig run = SmallRun.Load(At("x"), [.. SmallRun.Lora, $"base={At("other")}/model"]);
        var refused = Assert.Throws<UserException>(() => SmallRun.Train(run));
        Assert.Contains("expected an adapter or another checkpoint of the model", refused.Message);
        Assert.Contains("rms_norm_eps", refused.Message);
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Root, name);

    private JsonElement Validation(string run, long step) =>
        File.ReadLines(Path.Combine(At(run), "metrics.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .Single(e => e.GetProperty("step").GetInt64() == step && e.TryGetProperty("validation", out _));
}
