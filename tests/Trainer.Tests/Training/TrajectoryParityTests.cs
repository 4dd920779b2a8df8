using System.Text.Json;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Support;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>
/// The trajectories of the references through the program's own loop: their rows are injected in their order, and the
/// run validates, logs, saves checkpoints and is interrupted as any other.
/// </summary>
public sealed class TrajectoryParityTests : IDisposable
{
    private const string Domain = "domain", General = "general";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> LoraCases => [.. Shared.CasesWith("trajectory_lora.safetensors")];

    public static TheoryData<string> FullCases => [.. Shared.CasesWith("trajectory_full.safetensors")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(LoraCases))]
    public void Adapter_trajectory_equals_the_reference(string name)
    {
        string source = Case(name), adapter = _folder.Folder("start");
        void Copy(string from, string to) => File.Copy(Path.Combine(source, from), Path.Combine(adapter, to));
        Copy("adapter/adapter_config.json", "adapter_config.json");
        Copy("trajectory_lora_start.safetensors", "adapter_model.safetensors");
        Check(source, "trajectory_lora", $"method: lora\nlora: {{from: {adapter}}}");
    }

    [Theory]
    [MemberData(nameof(FullCases))]
    public void Full_parameter_trajectory_equals_the_reference(string name) =>
        Check(Case(name), "trajectory_full", "method: full");

    private static string Case(string name)
    {
        Assert.SkipWhen(name == Shared.None, "shared test material is absent: no such case");
        return Shared.ReferencePath("cases", name);
    }

    private void Check(string source, string trajectory, string method)
    {
        var tensors = new ReferenceTensors(Path.Combine(source, trajectory + ".safetensors"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(source, trajectory + ".json")));
        JsonElement facts = json.RootElement;
        int rows = facts.GetProperty("rows_per_step").GetInt32(), steps = facts.GetProperty("steps").GetInt32();
        int context = tensors.Shape("input_ids")[1];
        string yaml = Config(Model(source), method, facts, context);
        RunConfig Run(string output, params string[] more) => RunConfigLoader.Parse(
            yaml, Path.Combine(_folder.Root, "run.yaml"), [$"output={Path.Combine(_folder.Root, output)}", .. more]);
        TrainingData data = Data(tensors, context, rows, steps);

        RunConfig whole = Run("whole", $"micro_batch={rows}", "threads=1");
        SmallRun.Train(whole, data: data);
        CheckSteps(facts.GetProperty("log"), whole.Output, tensors, rows);
        var end = new ReferenceTensors(Path.Combine(whole.Output, $"checkpoints/step-{steps:D8}/state.safetensors"));
        string[] final = [.. tensors.Names.Where(n => n.StartsWith("final.", StringComparison.Ordinal))];
        Assert.NotEmpty(final);
        Assert.All(final, n => Compare.AssertRelativeL2(
            n, end.Floats(n["final.".Length..]), tensors[n], Tolerances.FinalParameters));

        // Row by row on one thread up to the middle, then two by two on two: the same bits.
        RunConfig parts = Run("parts", "micro_batch=1", "threads=1");
        SmallRun.Interrupt(parts, $"step {steps / 2}/", data: data);
        SmallRun.Train(Run("parts", "micro_batch=2", "threads=2"), resume: true, data);
        SmallRun.AssertSame(whole.Output, parts.Output);
    }

    /// <summary>The case's model, with a tokenizer: the program takes no model without one.</summary>
    private string Model(string source)
    {
        string model = _folder.Folder("model");
        foreach (string file in Directory.GetFiles(source, "model*").Append(Path.Combine(source, "config.json")))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        File.Copy(Path.Combine(Material.Folder, "model", "tokenizer.json"), Path.Combine(model, "tokenizer.json"));
        return model;
    }

    private string Config(string model, string method, JsonElement facts, int context)
    {
        string Raw(string key) => facts.GetProperty(key).GetRawText();
        string unused = _folder.Write("unused.jsonl", "{\"text\": \"\"}\n");
        return $$"""
            model: {{model}}
            data:
              context: {{context}}
              document_end: <|endoftext|>
              corpora:
                - {name: {{Domain}}, path: {{unused}}, kind: domain}
                - {name: {{General}}, path: {{unused}}, kind: general}
            steps: {{Raw("steps")}}
            global_batch: {{Raw("rows_per_step")}}
            {{method}}
            loss: {kind: mol, alpha: {{Raw("alpha")}}, top_n: {{Raw("top_n")}}}
            optimizer:
              learning_rate: {{Raw("learning_rate")}}
              weight_decay: {{Raw("weight_decay")}}
              betas: {{Raw("betas").Replace("\n", "")}}
              eps: {{Raw("eps")}}
              clip: {{Raw("clip")}}
              warmup_ratio: {{Raw("warmup_ratio")}}
              schedule: cosine
            validate: {every: 7}
            samples: 0
            checkpoint: {every: 9, keep: last 2}

            """;
    }

    /// <summary>The reference's rows as two corpora, in its order; the first of each are validated on.</summary>
    private static TrainingData Data(ReferenceTensors tensors, int context, int globalBatch, int steps)
    {
        ReferenceRow[] rows = ReferenceRow.Of(tensors);
        Assert.Equal(steps * globalBatch, rows.Length);
        Assert.All(rows, r => Assert.Equal(0, r.FirstPosition));
        Corpus Of(string name, CorpusKind kind)
        {
            bool general = kind == CorpusKind.General;
            IReadOnlyList<int[]>[] own = [.. rows.Where(r => r.General == general).Select(r => r.Documents)];
            PackedCorpus Packed(IReadOnlyList<int[]>[] some) => PackedCorpus.OfRows(name, kind, context, some);
            return new Corpus(Packed(own), Packed(own[..2]));
        }

        Corpus[] corpora = [Of(Domain, CorpusKind.Domain), Of(General, CorpusKind.General)];
        int[] next = [0, 0];
        RowId[] order = [.. rows.Select(r => r.General ? 1 : 0).Select(c => new RowId(c, next[c]++))];
        CorpusRows[] sizes = [.. corpora.Select(c => new CorpusRows(c.Train.Rows, c.Kind))];
        return new TrainingData(corpora, TrainingOrder.Given(sizes, order, globalBatch, steps));
    }

    private static void CheckSteps(JsonElement log, string output, ReferenceTensors tensors, int rowsPerStep)
    {
        JsonElement[] lines =
        [
            .. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
                .Where(l => !l.TryGetProperty("validation", out _)),
        ];
        Assert.Equal(log.GetArrayLength(), lines.Length);
        int[] general = tensors.Ints("general");
        for (int s = 0; s < lines.Length; s++)
        {
            JsonElement truth = log[s], got = lines[s];
            double Got(string key) => got.GetProperty(key).GetDouble();
            double Truth(string key) => truth.GetProperty(key).GetDouble();
            string step = $"step {s + 1}";
            Assert.Equal((s + 1, s + 1), (truth.GetProperty("step").GetInt32(), got.GetProperty("step").GetInt32()));
            Compare.AssertRelative($"{step} learning rate", Got("learning_rate"), Truth("lr"), 1e-14);
            Compare.AssertRelative($"{step} loss", Got("loss"), Truth("loss"), Tolerances.TrajectoryLoss);
            Compare.AssertRelative(
                $"{step} gradient norm", Got("grad_norm"), Truth("grad_norm"), Tolerances.GradientNorm);
            foreach ((string corpus, int kind) in new[] { (Domain, 0), (General, 1) })
            {
                // ce and kl are given for the rows that have a token to predict: in these trajectories all of them.
                int[] own = [.. Enumerable.Range(0, rowsPerStep).Where(r => general[(s * rowsPerStep) + r] == kind)];
                double Mean(string key) => own.Average(r => truth.GetProperty(key)[r].GetDouble());
                double Logged(string key) => got.GetProperty(key).GetProperty(corpus).GetDouble();
                double ce = Mean("ce"), kl = Mean("kl");
                Compare.AssertRelative($"{step} {corpus} CE", Logged("ce"), ce, Tolerances.TrajectoryLoss);
                Compare.AssertAbsolute($"{step} {corpus} KL", Logged("kl"), kl, 5e-6 * ce + Tolerances.Kl(kl));
            }
        }
    }
}
