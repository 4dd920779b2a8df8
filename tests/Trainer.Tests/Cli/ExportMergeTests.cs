using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>export --merge says what became of the adapter, and keeps what the run was trained with.</summary>
public sealed partial class ExportMergeTests : IDisposable
{
    private const string Offer = "--dtype float32";

    private const int Context = 32;

    private static readonly string[] Short = ["validate.every=0", "samples=0", $"data.context={Context}"];

    private readonly TinyRun _run = new();

    public ExportMergeTests()
    {
        // The model in bf16, as published ones are.
        ModelConfig config = ModelConfig.Load(_run.Model);
        using ModelWeights weights = ModelWeights.Open(_run.Model, config);
        ModelExport.Write(
            Model, ModelFiles.Of(_run.Model), weights.Names.ToDictionary(n => n, n => weights[n]), DType.BF16);
    }

    private string Model => _run.At("narrow");

    public void Dispose() => _run.Dispose();

    /// <summary>An update below the steps of bf16 is lost: the merged model is the base model again.</summary>
    [Fact]
    public void A_small_update_that_rounding_takes_is_told_with_what_avoids_it()
    {
        string run = Train(rate: "1e-5"), told = Export(run, "m");
        Assert.Contains("rounding   moves the merged weights by ", told);
        Assert.Contains(Offer, Measured(told));
        Match figures = Figures(told);
        (MeanFigures adapter, MeanFigures merged) = Scored(run, _run.At("m"), out int tokens);
        Assert.Equal($"{tokens}", figures.Groups["tokens"].Value);
        Assert.Equal(
            [
                Numbers.Fixed(adapter.Ce), Numbers.Fixed(merged.Ce), Numbers.FixedKl(adapter.Kl),
                Numbers.FixedKl(merged.Kl),
            ],
            ((string[])["ce", "ce2", "kl", "kl2"]).Select(name => figures.Groups[name].Value));
        Assert.True(merged.Kl < 0.5 * adapter.Kl, $"{merged.Kl} of {adapter.Kl}");

        // In fp32 there is nothing to say, and both are the same.
        told = Export(run, "w", "--dtype", "float32");
        Assert.DoesNotContain("rounding ", told);
        Assert.DoesNotContain(Offer, told);
        figures = Figures(told);
        Assert.Equal(figures.Groups["kl"].Value, figures.Groups["kl2"].Value);
        Assert.Equal(Numbers.FixedKl(adapter.Kl), figures.Groups["kl"].Value);
    }

    [Fact]
    public void A_large_update_survives_rounding_and_nothing_is_offered()
    {
        string told = Export(Train(rate: "2e-2"), "m");
        Match figures = Figures(told);
        Assert.DoesNotContain(Offer, told);
        Assert.NotEqual(figures.Groups["ce"].Value, figures.Groups["ce2"].Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_corpora_the_model_writes_the_texts_itself(bool isRun)
    {
        string corpus = _run.Write("bees.jsonl", File.ReadAllText(Path.Combine(Material.Folder, "glass_bees.jsonl")));
        string run = Train("2e-2", $"data.corpora=[{{path: {corpus}, kind: domain}}]", "loss=ce");
        File.Delete(corpus);
        string[] source = isRun ? [run] : [Path.Combine(run, "adapter"), "--model", Model];
        string told = Export(source, "m");
        Assert.Equal(isRun, told.Contains("not from every corpus of the run: ") && told.Contains(corpus));
        Match figures = Figures(told);
        Assert.Equal("that the model with its adapter wrote", figures.Groups["source"].Value);

        // 96 tokens are drawn, each predicted once; the same ones every time.
        Assert.Equal("96", figures.Groups["tokens"].Value);
        Assert.Equal(Measured(told), Measured(Export(source, "n")));
    }

    /// <summary>What was written stays, and its line comes first.</summary>
    [Fact]
    public void A_measure_that_fails_is_a_line_and_loses_nothing()
    {
        string run = Train(rate: "1e-5");
        string tokenizer = Path.Combine(Model, "tokenizer.json");
        File.WriteAllText(tokenizer, "{}");
        string told = Export(run, "m");
        Assert.StartsWith($"measured   nothing: {tokenizer}: ", Measured(told));
        Assert.EndsWith($". {Offer} writes the merged weights without that loss", Measured(told));
        Assert.True(File.Exists(_run.At("m/model.safetensors")));
    }

    [Theory]
    [InlineData(2.0, 0.01, 2.0, 0.01, false)]
    [InlineData(2.0, 0.01, 2.0, 0.0104, false)]
    [InlineData(2.0, 0.01, 2.0, 0.0106, true)]
    [InlineData(2.0, 0.01, 2.0, 0.0094, true)]
    [InlineData(2.0, 0.02, 2.009, 0.02, false)]
    [InlineData(2.0, 0.02, 1.989, 0.02, true)]
    [InlineData(2.0, 0.02, 2.011, 0.02, true)]
    [InlineData(5.575, 0.0040, 5.675, 0.0028, true)]
    [InlineData(2.0, 0.0, 2.0, 1e-17, false)]
    public void Models_differ_where_a_twentieth_of_what_the_adapter_does_is_gone(
        double ce, double kl, double mergedCe, double mergedKl, bool differs) =>
        Assert.Equal(differs, new MergeFigures(4, 100, new(ce, kl), new(mergedCe, mergedKl)).Differs);

    /// <summary>What serves the model then prompts it as it was trained, whichever file it looks into first.</summary>
    [Theory]
    [InlineData("mine.jinja")]
    [InlineData("mine.json")]
    public void The_template_of_a_run_goes_with_its_model(string name)
    {
        const string Text = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}";
        string json = new JsonObject { ["chat_template"] = Text }.ToJsonString();
        string template = _run.Write(name, name.EndsWith(".json", StringComparison.Ordinal) ? json : Text);
        string config = Path.Combine(Model, "tokenizer_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("{\n", "{\n  \"chat_template\": \"base\",\n"));
        Directory.CreateDirectory(Path.Combine(Model, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(Model, "additional_chat_templates", "tool_use.jinja"), "tools");

        string lora = Train("2e-2", $"chat_template={template}");
        Export(lora, "merged");
        string full = _run.Train(
            "full", [.. Short, $"model={Model}", $"chat_template={template}", "method=full"]);
        TinyRun.Ok("export", full, "--to", _run.At("copied"));
        Directory.Delete(Path.Combine(full, "model"), recursive: true);
        TinyRun.Ok("export", full, "--to", _run.At("unfinished"));
        foreach (string folder in (string[])["merged", "copied", "unfinished"])
        {
            var templates = ChatTemplates.Load(_run.At(folder));
            Assert.Equal(["default"], templates.Names);
            Assert.Equal(Text, templates.ForPlain().Source);
            JsonNode written = JsonNode.Parse(File.ReadAllText(_run.At($"{folder}/tokenizer_config.json")))!;
            Assert.Equal(Text, (string?)written["chat_template"]);
            Assert.Equal("<|endoftext|>", (string?)written["eos_token"]);
            foreach (string file in (string[])["tokenizer.json", "generation_config.json"])
            {
                Assert.Equal(
                    File.ReadAllBytes(Path.Combine(Model, file)), File.ReadAllBytes(_run.At($"{folder}/{file}")));
            }
        }

        // Without the template the model would be prompted otherwise.
        File.Delete(template);
        (int code, _, string error) = TinyRun.Run("export", lora, "--to", _run.At("x"), "--merge");
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains($"{template}: chat_template: expected the chat template that the run was trained with", error);
        Assert.False(Directory.Exists(_run.At("x")));
        TinyRun.Ok("export", lora, "--to", _run.At("x"));
    }

    /// <summary>A run of the model's own template gives all that the model has.</summary>
    [Fact]
    public void A_models_own_templates_stay()
    {
        Directory.CreateDirectory(Path.Combine(Model, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(Model, "additional_chat_templates", "tool_use.jinja"), "tools");
        File.WriteAllText(Path.Combine(Model, "chat_template.jinja"), "own");
        string full = _run.Train("full", [.. Short, $"model={Model}", "method=full"]);
        TinyRun.Ok("export", full, "--to", _run.At("m"));
        Assert.Equal(["default", "tool_use"], ChatTemplates.Load(_run.At("m")).Names.Order());
        Assert.Equal("own", ChatTemplates.Load(_run.At("m")).ForPlain().Source);
    }

    private string Train(string rate, params string[] settings) =>
        _run.Train("a", [.. Short, $"model={Model}", $"optimizer.learning_rate={rate}", .. settings]);

    private string Export(string source, string name, params string[] options) => Export([source], name, options);

    /// <summary>What is said beside the result.</summary>
    private string Export(string[] source, string name, params string[] options)
    {
        (int code, string output, string error) =
            TinyRun.Run(["export", .. source, "--to", _run.At(name), "--merge", .. options]);
        Assert.Equal((ExitCode.Done, $"merged model: {_run.At(name)}\n"), (code, output));
        return error;
    }

    private static string Measured(string told) =>
        Assert.Single(told.Split('\n'), l => l.StartsWith("measured ", StringComparison.Ordinal));

    private static Match Figures(string told)
    {
        Match figures = Line().Match(Measured(told));
        Assert.True(figures.Success, told);
        return figures;
    }

    /// <summary>The first two documents of both corpora, as long as a row at most, by the folders alone.</summary>
    private (MeanFigures Adapter, MeanFigures Merged) Scored(string run, string merged, out int tokens)
    {
        using Ops ops = CpuBackend.Create();
        using var model = new InferenceModel(ops, Model, Path.Combine(run, "adapter"));
        using var whole = new InferenceModel(ops, merged, null);
        Tokenizer tokenizer = model.LoadTokenizer();
        int[][] documents =
        [
            .. ((string[])["glass_bees", "everyday"])
                .SelectMany(name => JsonlReader.Read(Path.Combine(Material.Folder, name + ".jsonl")).Take(2))
                .Select(r => (int[])[.. tokenizer.Encode(r.Text, false), 256])
                .Select(d => d[..Math.Min(Context, d.Length)]),
        ];
        tokens = documents.Sum(d => d.Length - 1);
        MeanFigures Of(TransformerWeights weights)
        {
            IReadOnlyList<RowFigures> rows = Scorer.Score(ops, model.Config, weights, model.Frozen, documents);
            double all = rows.Sum(r => r.EffectiveTokens);
            return new(
                rows.Sum(r => r.EffectiveTokens / all * r.CrossEntropy),
                rows.Sum(r => r.EffectiveTokens / all * r.KlDivergence));
        }

        return (Of(model.Weights), Of(whole.Weights));
    }

    [GeneratedRegex(
        @"^measured   on (?<texts>\d+) texts? (?<source>.+), (?<tokens>\d+) tokens: CE (?<ce>\S+) with the adapter and "
        + @"(?<ce2>\S+) merged, KL to the base model (?<kl>\S+) and (?<kl2>[\d.e+-]+\d)(\. |$)")]
    private static partial Regex Line();
}
