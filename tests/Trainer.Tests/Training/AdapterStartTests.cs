using System.Text.Json;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Training that starts from an adapter that exists.</summary>
public sealed class AdapterStartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_run_starts_where_the_adapter_of_another_ended()
    {
        string first = Path.Combine(_folder.Root, "first"), second = Path.Combine(_folder.Root, "second");
        SmallRun.Train(SmallRun.Load(first, SmallRun.Lora));
        SmallRun.Train(SmallRun.Load(
            second, "method=lora", "loss=mol", $"lora={{from: {first}/adapter}}", "steps=1",
            "optimizer={learning_rate: 1e-30, warmup_steps: 0}"));
        JsonElement end = Validation(first, 11), start = Validation(second, 0);
        Assert.Equal(end.GetProperty("ce").GetRawText(), start.GetProperty("ce").GetRawText());
        Assert.Equal(end.GetProperty("kl").GetRawText(), start.GetProperty("kl").GetRawText());
        Assert.True(start.GetProperty("kl").GetProperty("everyday").GetDouble() > 1e-6);

        // Steps too small for fp32: the adapter comes out as it went in, and the one it started from is untouched.
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(first, "adapter", "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(second, "adapter", "adapter_model.safetensors")));
    }

    [Fact]
    public void Settings_that_belong_to_the_adapter_are_refused()
    {
        var e = Assert.Throws<UserException>(
            () => SmallRun.Load(Path.Combine(_folder.Root, "x"), "method=lora",
                $"lora={{from: {_folder.Root}, rank: 8}}"));
        Assert.Contains("lora.rank", e.Message);
    }

    public void Dispose() => _folder.Dispose();

    private static JsonElement Validation(string output, long step) =>
        File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .Single(e => e.GetProperty("step").GetInt64() == step && e.TryGetProperty("validation", out _));
}
