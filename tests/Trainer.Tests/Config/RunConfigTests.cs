using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Evaluation;
using MolEngine.Trainer.Config;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Tests.Config;

public sealed class RunConfigTests : IDisposable
{
    private const string Minimal = "model: m\noutput: out\ndata:\n  corpora:\n  - path: a.jsonl\n    kind: domain\n";
    private readonly TempFolder _folder = new();

    public RunConfigTests()
    {
        _folder.Folder("m");
        _folder.Write("a.jsonl", "{\"text\": \"a\"}\n");
        _folder.Write("b.jsonl", "{\"text\": \"b\"}\n");
    }

    private string Source => Path.Combine(_folder.Root, "run.yaml");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults_are_those_of_the_design()
    {
        RunConfig c = Parse(Minimal);
        Assert.Equal((InitKind.Pretrained, 42UL, 42UL), (c.Init.Kind, c.Init.Seed, c.Seed));
        Assert.Equal(
            (8192, null, new HeldOutBudget(HeldOutCount.AtMost(100), 32_768)),
            (c.Data.Context, c.Data.DocumentEnd, c.Data.HeldOut));
        CorpusSettings corpus = Assert.Single(c.Data.Corpora);
        Assert.Equal(("a", CorpusKind.Domain), (corpus.Name, corpus.Kind));
        Assert.Equal(Path.Combine(_folder.Root, "a.jsonl"), Assert.Single(corpus.Paths));
        Assert.Equal((1.0, 1.0, null, null, 1),
            (c.Order.Ratio, c.Order.Epochs!.Value, c.Order.Steps, c.Order.GlobalBatch, c.MicroBatch));
        Assert.Equal(new LossSettings(LossKind.Mol, 0.01, 31), c.Loss);
        Assert.Equal(TrainingMethod.Lora, c.Method);
        Assert.Equal((64, 128.0, false, 0.0), (c.Lora.Rank, c.Lora.Alpha, c.Lora.UseRsLora, c.Lora.Dropout));
        Assert.Equal(
            ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], c.Lora.TargetModules);
        Assert.Equal(
            new OptimizerSettings(1e-4, 0.9, 0.95, 1e-8, 0, 1, ScheduleKind.Cosine, 0.1, null, false, false),
            c.Optimizer);
        Assert.Equal(RecomputeKind.Auto, c.Recompute);
        Assert.Equal(new ValidateSettings(50, 100), c.Validate);
        Assert.Equal(Environment.ProcessorCount, c.Threads);
        Assert.Null(c.Device.CudaPath);
    }

    [Fact]
    public void Full_training_has_its_own_rate_and_decay()
    {
        RunConfig c = Parse(Minimal + "method: full\n");
        Assert.Equal((1e-5, 0.1), (c.Optimizer.LearningRate, c.Optimizer.WeightDecay));
    }

    [Fact]
    public void Lora_alpha_follows_a_given_rank() =>
        Assert.Equal(16.0, Parse(Minimal + "lora: {rank: 8}\n").Lora.Alpha);

    [Fact]
    public void Every_key_can_be_given_and_the_resolved_config_gives_the_same_run()
    {
        RunConfig c = Parse("""
            model: m
            init: {kind: random, seed: 7}
            output: out
            seed: 3
            data:
              context: 512
              document_end: "<|im_end|>"
              held_out: 4
              corpora:
              - {name: "my: corpus", path: a.jsonl, kind: domain}
              - {path: b.jsonl, kind: general}
            ratio: 0.5
            steps: 20
            global_batch: 8
            micro_batch: 2
            loss: {kind: kl, alpha: 0.25, top_n: 127}
            method: full
            lora: {rank: 16, alpha: 16, use_rslora: true, dropout: 0.1, target_modules: [q_proj, v_proj]}
            optimizer: {learning_rate: 5e-4, betas: [0.8, 0.999], eps: 1e-6, weight_decay: 0.01, clip: 0, schedule: linear, warmup_steps: 5, offload: true}
            recompute: layer
            validate: {every: 10, documents: 5}
            threads: 2
            cuda_path: m
            """);
        Assert.Equal(
            (InitKind.Random, 7UL, 3UL, 20L, null),
            (c.Init.Kind, c.Init.Seed, c.Seed, c.Order.Steps!.Value, c.Order.Epochs));
        Assert.Equal((512, "<|im_end|>", (HeldOutBudget)4), (c.Data.Context, c.Data.DocumentEnd, c.Data.HeldOut));
        Assert.Equal(["my: corpus", "b"], c.Data.Corpora.Select(x => x.Name));
        Assert.Equal([CorpusKind.Domain, CorpusKind.General], c.Data.Corpora.Select(x => x.Kind));
        Assert.Equal(
            (0.5, 8, 2, RecomputeKind.Layer, 2),
            (c.Order.Ratio, c.Order.GlobalBatch, c.MicroBatch, c.Recompute, c.Threads));
        Assert.Equal(new LossSettings(LossKind.Kl, 0.25, 127), c.Loss);
        Assert.Equal((16, 16.0, true, 0.1), (c.Lora.Rank, c.Lora.Alpha, c.Lora.UseRsLora, c.Lora.Dropout));
        Assert.Equal(["q_proj", "v_proj"], c.Lora.TargetModules);
        Assert.Equal(
            new OptimizerSettings(5e-4, 0.8, 0.999, 1e-6, 0.01, 0, ScheduleKind.Linear, null, 5, true, true),
            c.Optimizer);

        RunConfig again = Parse(c.Resolved);
        Assert.Equal(c.Resolved, again.Resolved);
        Assert.Equal(c.Optimizer, again.Optimizer);
        Assert.Equal(c.Data.Corpora.Select(x => (x.Name, x.Paths[0], x.Kind)), again.Data.Corpora.Select(
            x => (x.Name, x.Paths[0], x.Kind)));
        Assert.Equal((c.Order.Steps, c.Loss, c.Init), (again.Order.Steps, again.Loss, again.Init));
        Assert.Equal((Path.Combine(_folder.Root, "m"), Path.Combine(_folder.Root, "m")),
            (c.Device.CudaPath, again.Device.CudaPath));
    }

    [Theory]
    [InlineData("\U0001F41D bees")]
    [InlineData("caf\u00e9 \u65e5\u672c")]
    [InlineData("a\"b' \\n: #{x}")]
    [InlineData("yes")]
    public void Any_text_comes_back_from_the_resolved_config(string name)
    {
        RunConfig c = Parse(Minimal, $"{CorpusKeys.List}[0].name={KeyTypes.Text.Write(name)}");
        Assert.Equal(name, Assert.Single(c.Data.Corpora).Name);
        Assert.Equal(name, Assert.Single(Parse(c.Resolved).Data.Corpora).Name);
    }

    [Fact]
    public void Resolved_config_shows_defaults_too()
    {
        string resolved = Parse(Minimal).Resolved;
        Assert.Contains("learning_rate: 0.0001", resolved);
        Assert.Contains("  - name: a\n      path: ", resolved);
        Assert.Equal(resolved, Parse(resolved).Resolved);
    }

    [Fact]
    public void A_section_may_be_its_kind_alone()
    {
        RunConfig c = Parse(Minimal + "init: random\nloss: ce\n");
        Assert.Equal((InitKind.Random, LossKind.Ce), (c.Init.Kind, c.Loss.Kind));
    }

    [Fact]
    public void Settings_win_over_the_file_and_over_their_alternative()
    {
        RunConfig c = Parse(
            Minimal + "epochs: 2\nlora: {rank: 8}\n",
            "steps=7", "lora.alpha=3", "data.corpora[0].kind=general", "optimizer.betas=[0.5, 0.6]",
            "optimizer.warmup_steps=2");
        Assert.Equal((7L, null, 8, 3.0), (c.Order.Steps!.Value, c.Order.Epochs, c.Lora.Rank, c.Lora.Alpha));
        Assert.Equal((CorpusKind.General, 0.5, 0.6), (c.Data.Corpora[0].Kind, c.Optimizer.Beta1, c.Optimizer.Beta2));
        Assert.Equal((2L, null), (c.Optimizer.WarmupSteps!.Value, c.Optimizer.WarmupRatio));
    }

    [Fact]
    public void Setting_a_list_replaces_it()
    {
        RunConfig c = Parse(Minimal, "data.corpora=[{path: b.jsonl, kind: general, name: only}]");
        Assert.Equal("only", Assert.Single(c.Data.Corpora).Name);
    }

    [Theory]
    [InlineData("optimiser: {clip: 1}", ":7: optimiser: unknown key. Did you mean optimizer?")]
    [InlineData(
        "optimizer:\n  learning_rat: 1",
        ":8: optimizer.learning_rat: unknown key. Did you mean optimizer.learning_rate?")]
    [InlineData("rank: 8", ":7: rank: unknown key. Did you mean lora.rank?")]
    [InlineData("lr: 1e-3", ":7: lr: unknown key. Did you mean optimizer.learning_rate?")]
    [InlineData("zzzzzz: 8", ":7: zzzzzz: unknown key. `molengine train --help` lists the keys.")]
    [InlineData("global_batch: many", ":7: global_batch: expected an integer from 1 to 1000000, or auto, got 'many'")]
    [InlineData("global_batch: 0", ":7: global_batch: expected an integer from 1 to 1000000, or auto, got '0'")]
    [InlineData("global_batch: \"8\"", ":7: global_batch: expected an integer from 1 to 1000000, or auto, got '8'")]
    [InlineData("global_batch: [8]", "got a list of 1")]
    [InlineData("ratio: .nan", ":7: ratio: expected a number of at least 0")]
    [InlineData("loss: {top_n: 128}", "loss.top_n: expected an integer from 1 to 127, got '128'")]
    [InlineData("loss: {kind: MOL}", "loss.kind: expected mol | ce | kl | masked_kl | eaft | asft, got 'MOL'")]
    [InlineData(
        "lora: {target_modules: [q_proj, x_proj]}",
        "lora.target_modules: expected a list of names from q_proj")]
    [InlineData("optimizer: {betas: [0.9]}", "optimizer.betas: expected a list of numbers (two, from 0 to below 1)")]
    [InlineData("epochs: 1\nsteps: 5", ":8: steps: expected either epochs or steps, got both")]
    [InlineData(
        "optimizer: {warmup_ratio: 0.1, warmup_steps: 5}",
        "expected either warmup_ratio or warmup_steps, got both")]
    [InlineData("micro_batch: 4\nglobal_batch: 2", ":7: micro_batch: expected at most global_batch (2), got 4")]
    [InlineData("seed: 1\nseed: 2", ":8: seed: expected it once, got it a second time. Remove one of them")]
    [InlineData(
        "data.held_out: some", ":7: data.held_out.documents: expected an integer of at least 0, or `at most N`")]
    [InlineData("x: [", "not YAML")]
    [InlineData("questions: gone.jsonl", ":7: questions.path: expected a file, found none at ")]
    [InlineData("questions: {max_tokens: 8}", "questions.path: missing: expected text")]
    [InlineData("questions: {path: a.jsonl, max_tokens: 0}", ":7: questions.max_tokens: expected an integer from 1")]
    [InlineData(
        "questions: {path: a.jsonl, fields: {question: q}}",
        ":7: questions.fields.question: expected questions.fields.answer beside it, got none. Name both fields")]
    [InlineData("questions: {path: a.jsonl, fields: {text: q}}", ":7: questions.fields.text: unknown key.")]
    [InlineData("questions: {path: a.jsonl, template: \"{q\"}", ":7: questions.template: expected {field}, got '{q'")]
    [InlineData("validate: 5", ":7: validate: expected a section of keys, got '5'")]
    public void A_mistake_names_file_line_and_key(string added, string expected)
    {
        UserException e = Assert.Throws<UserException>(() => Parse(Minimal + added + "\n"));
        Assert.StartsWith(Source, e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void All_mistakes_are_shown_together()
    {
        UserException e = Assert.Throws<UserException>(() => Parse("ratio: x\nseed: -1\n"));
        Assert.Equal(2, e.Message.Split(Environment.NewLine).Length);
        e = Assert.Throws<UserException>(() => Parse("seed: 1\n"));
        Assert.Contains("model: missing", e.Message);
        Assert.Contains("output: missing", e.Message);
        Assert.Contains("data.corpora: missing", e.Message);
    }

    [Fact]
    public void Absent_inputs_are_named_with_the_places_looked_at()
    {
        UserException e = Assert.Throws<UserException>(
            () => Parse(Minimal.Replace("a.jsonl", "gone.jsonl").Replace("model: m", "model: x")));
        Assert.Contains(
            $":1: model: expected a model folder, found none at {Path.Combine(_folder.Root, "x")}", e.Message);
        Assert.Contains(
            $":5: data.corpora[0].path: expected a file or folder, found none at "
                + $"{Path.Combine(_folder.Root, "gone.jsonl")}", e.Message);
    }

    [Fact]
    public void A_tilde_is_the_home_folder()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        UserException e = Assert.Throws<UserException>(() => Parse(
            Minimal.Replace("a.jsonl", "~/absent/gone.jsonl").Replace("model: m", "model: ~/absent")));
        Assert.Contains($": model: expected a model folder, found none at {home}/absent", e.Message);
        Assert.Contains(
            $": data.corpora[0].path: expected a file or folder, found none at {home}/absent/gone", e.Message);
        Assert.Equal(
            Path.Combine(home, "runs", "x"), RunConfigLoader.Parse(
                Minimal, Source, ["output=~/runs/x"], inputsMayBeAbsent: true).Output);
        Assert.Equal(Path.Combine(home, "c"), Parse(Minimal + "data.cache: ~/c\n").Data.Cache);
    }

    [Fact]
    public void Two_corpora_of_one_name_are_refused()
    {
        UserException e = Assert.Throws<UserException>(() => Parse(Minimal + "  - path: a.jsonl\n    kind: general\n"));
        Assert.Contains("data.corpora[1].name: expected a name of its own, got 'a' a second time", e.Message);
    }

    [Fact]
    public void Questions_have_a_short_form_and_read_the_usual_fields()
    {
        Assert.Null(Parse(Minimal).Questions);
        QuestionSettings q = Parse(Minimal + "questions: b.jsonl\n").Questions!;
        Assert.Equal((Path.Combine(_folder.Root, "b.jsonl"), 32), (Assert.Single(q.File.Paths), q.MaxTokens));
        Assert.Equal((null, true), (q.File.Fields, q.File.NeedsAnswer));

        RunConfig c = Parse(
            Minimal + "questions: {path: b.jsonl, max_tokens: 5, pairs: chat, fields: {question: q, answer: a}}\n");
        Assert.Equal((5, PairStyle.Chat), (c.Questions!.MaxTokens, c.Questions.File.Pairs));
        Assert.Equal(new FieldMap(Question: "q", Answer: "a"), c.Questions.File.Fields);
        RunConfig again = Parse(c.Resolved);
        Assert.Equal(c.Resolved, again.Resolved);
        Assert.Equal(c.Questions.File.Fields, again.Questions!.File.Fields);
    }

    [Fact]
    public void Without_validation_nothing_is_held_out_unless_asked()
    {
        Assert.Equal(new HeldOutBudget(0, 32_768), Parse(Minimal + "validate: {every: 0}\n").Data.HeldOut);
        Assert.Equal((HeldOutBudget)3, Parse(Minimal, "validate.every=0", "data.held_out=3").Data.HeldOut);
        Assert.Equal(
            HeldOutCount.AtMost(3), Parse(Minimal, "validate.every=0", "data.held_out=at most 3").Data.HeldOut);
        Assert.Equal(HeldOutCount.AtMost(7), Parse(Minimal, "validate.documents=7").Data.HeldOut.Documents);

        // As it was decided when the run began.
        Assert.Equal(
            new HeldOutBudget(HeldOutCount.AtMost(7), 32_768),
            Parse(Parse(Minimal, "validate.documents=7").Resolved, "validate={every: 0}").Data.HeldOut);
    }

    [Fact]
    public void A_bad_setting_is_named()
    {
        Assert.Contains(
            "--set nonsense: expected KEY=VALUE",
            Assert.Throws<UserException>(() => Parse(Minimal, "nonsense")).Message);
        Assert.Contains(
            "--set stps=3: stps: unknown key. Did you mean steps?",
            Assert.Throws<UserException>(() => Parse(Minimal, "stps=3")).Message);
    }

    [Fact]
    public void Warm_up_is_rounded_up_as_transformers_does()
    {
        OptimizerSettings o = Parse(Minimal).Optimizer;
        Assert.Equal((2L, 10L, 1L), (o.WarmupOf(11), o.WarmupOf(100), o.WarmupOf(1)));
        Assert.Equal(3L, (o with { WarmupRatio = null, WarmupSteps = 3 }).WarmupOf(100));
    }

    [Fact]
    public void A_config_that_cannot_be_read_says_so()
    {
        Assert.Contains("got no such file", Assert.Throws<UserException>(() => RunConfigLoader.Load(Source)).Message);
        Assert.Contains("got a folder", Assert.Throws<UserException>(() => RunConfigLoader.Load(_folder.Root)).Message);
    }

    private RunConfig Parse(string yaml, params string[] settings) => RunConfigLoader.Parse(yaml, Source, settings);
}
