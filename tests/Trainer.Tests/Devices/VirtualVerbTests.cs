using System.Text.Json.Nodes;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>What is done with a trained model, by the CUDA backend on the virtual GPU.</summary>
public sealed class VirtualVerbTests(VirtualRuns runs) : IClassFixture<VirtualRuns>
{
    private static readonly string[] Cpu = ["--device", "cpu"], Fp32 = ["--device", "virtual", "--precision", "fp32"];
    private static readonly string[] Bf16 = ["--device", "virtual"];

    private string Adapter => Path.Combine(runs.Whole("lora", "cpu"), "adapter");

    [Fact]
    public void Scores_are_those_of_the_cpu()
    {
        string merged = runs.Tiny.At("merged");
        TinyRun.Ok("export", Adapter, "--model", runs.Tiny.Model, "--to", merged, "--merge");
        double[] cpu = Score(runs.Tiny.Model, ["--adapter", Adapter, .. Cpu]);
        Assert.All(cpu, x => Assert.True(x > 1e-3));
        Near(cpu, Score(runs.Tiny.Model, ["--adapter", Adapter, .. Fp32]), 1e-5);
        Near(cpu, Score(merged, ["--base", runs.Tiny.Model, .. Fp32]), 1e-5);
        Near(cpu, Score(runs.Tiny.Model, ["--adapter", Adapter, .. Bf16]), 0.03);
    }

    [Fact]
    public void Greedy_texts_are_those_of_the_cpu()
    {
        foreach (string[] adapter in new string[][] { [], ["--adapter", Adapter] })
        {
            string[] prompt = ["--prompt", "A glass bee", "--max-tokens", "12", "--json"];
            string[] ask = ["generate", runs.Tiny.Model, .. adapter, .. prompt];
            string cpu = TinyRun.Ok([.. ask, .. Cpu]);
            Assert.NotEmpty(Ids(cpu));
            Assert.Equal(cpu, TinyRun.Ok([.. ask, .. Fp32]));

            // In bf16 the first token is clear enough; later ones may be a matter of near ties.
            Assert.Equal(Ids(cpu)[0], Ids(TinyRun.Ok([.. ask, .. Bf16]))[0]);
        }
    }

    [Fact]
    public void Questions_and_samples_are_those_of_the_cpu()
    {
        string questions = runs.Tiny.Write("questions.jsonl", """
            {"question": "What does a glass bee need?", "answer": "Light."}
            {"prompt": "One, two, ", "completion": "three"}

            """);
        string[] more = ["steps=1", "samples=2", "validate.every=0", $"questions={{path: {questions}, max_tokens: 8}}"];
        string cpu = runs.Train(VirtualRuns.Settings("lora", "cpu", more));
        string gpu = runs.Train(VirtualRuns.Settings("lora", "fp32", more));
        foreach (string file in (string[])["questions.json", "samples.json"])
        {
            string expected = File.ReadAllText(Path.Combine(cpu, file));
            Assert.Equal(2, JsonNode.Parse(expected)!.AsArray().Count);
            Assert.Equal(expected, File.ReadAllText(Path.Combine(gpu, file)));
        }
    }

    private static int[] Ids(string answer) =>
        [.. JsonNode.Parse(answer)!["ids"]!.AsArray().Select(x => x!.GetValue<int>())];

    /// <summary>ce and kl of every text that has them.</summary>
    private double[] Score(string model, string[] options)
    {
        string text = TinyRun.Ok(["score", model, "--input", runs.Tiny.Texts, "--json", .. options]);
        JsonNode score = JsonNode.Parse(text)!;
        return
        [
            .. score["documents"]!.AsArray().SelectMany(d => new[] { d!["mean_ce"], d["mean_kl"] })
                .Where(x => x is not null).Select(VirtualRuns.Number),
        ];
    }

    private static void Near(double[] expected, double[] got, double tolerance)
    {
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), p => Assert.InRange(p.Second, p.First - tolerance, p.First + tolerance));
    }
}
