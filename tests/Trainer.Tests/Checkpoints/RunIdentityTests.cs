using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Checkpoints;

public sealed class RunIdentityTests : IDisposable
{
    /// <summary>
    /// What a program before config keys said what a resumed run may change wrote as resolved config...
    /// </summary>
    private const string Config = """
        model: m
        init:
          kind: random
          seed: 1
        output: out
        seed: 1
        data:
          context: 96
          packing: concat
          skip_bad_records: false
          corpora:
            - name: bees
              path: a.jsonl
              kind: domain
              format: auto
              split: none
              pairs: plain
              repeat: 1
            - name: everyday
              path: b.jsonl
              kind: general
              format: auto
              split: none
              pairs: plain
        ratio: 0.75
        steps: 6
        global_batch: 3
        micro_batch: 2
        loss:
          kind: mol
          alpha: 0.01
          top_n: 31
        method: lora
        lora:
          rank: 4
          alpha: 8
          use_rslora: false
          dropout: 0.2
          target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]
        optimizer:
          learning_rate: 0.01
          betas: [0.9, 0.95]
          eps: 1e-08
          weight_decay: 0
          clip: 1
          schedule: cosine
          warmup_ratio: 0.1
          offload: false
        recompute: none
        validate:
          every: 3
          documents: 2
        samples: 3
        checkpoint:
          every: 2
          keep: "last 5"
        device: auto
        precision: auto
        gemm: auto
        threads: 1
        """;

    /// <summary>... and beside a checkpoint.</summary>
    private static readonly string[] Saved =
    [
        "data.context: 96", "data.corpora[0].format: auto", "data.corpora[0].kind: domain",
        "data.corpora[0].name: bees",
        "data.corpora[0].pairs: plain", "data.corpora[0].repeat: 1", "data.corpora[0].split: none",
        "data.corpora[1].format: auto", "data.corpora[1].kind: general", "data.corpora[1].name: everyday",
        "data.corpora[1].pairs: plain", "data.corpora[1].split: none", "data.packing: concat",
        "data.skip_bad_records: false", "gemm: builtin", "global_batch: 3", "init.kind: random", "init.seed: 1",
        "lora.alpha: 8", "lora.dropout: 0.2", "lora.rank: 4",
        "lora.target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]",
        "lora.use_rslora: false",
        "loss.alpha: 0.01", "loss.kind: mol", "loss.top_n: 31", "method: lora", "optimizer.betas: [0.9, 0.95]",
        "optimizer.clip: 1", "optimizer.eps: 1e-08", "optimizer.learning_rate: 0.01", "optimizer.schedule: cosine",
        "optimizer.warmup_ratio: 0.1", "optimizer.weight_decay: 0", "precision: fp32", "ratio: 0.75", "seed: 1",
        "steps: 6",
    ];

    private readonly TempFolder _folder = new();

    public RunIdentityTests()
    {
        _folder.Folder("m");
        _folder.Folder("adapter");
        foreach (string name in new[] { "a", "b", "c" })
            _folder.Write($"{name}.jsonl", "{\"text\": \"a\"}\n");
    }

    private static RunIdentity Old => Of(Saved);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_from_before_still_fits_its_run()
    {
        Assert.Empty(Now().DifferencesFrom(Old));
        string[] now = [.. Now().Settings.Select(s => $"{s.Key}: {s.Value}")];
        Assert.All(
            Saved.Append("data.held_out.documents: at most 2").Select(s => s.Replace("split: none", "split: whole")),
            s => Assert.Contains(s, now));
    }

    /// <summary>What a run keeps of itself is read by the one that goes on.</summary>
    [Theory]
    [InlineData(
        "validate={every: 0, documents: 1}", "micro_batch=1", "questions=c.jsonl", "checkpoint.keep=best", "samples=0")]
    [InlineData("data.corpora[0].path=c.jsonl", "data.cache=\"off\"", "device=cpu", "cuda_path=m", "recompute=full",
        "threads=3")]
    public void A_free_key_makes_no_difference(params string[] settings) =>
        Assert.Empty(Now(Parse(Parse(Config).Resolved, settings)).DifferencesFrom(Now()));

    [Theory]
    [InlineData("data.held_out=2", "data.held_out.documents: at most 2 in the run, 2 now")]
    [InlineData("data.document_end=x", "data.document_end: absent in the run, x now")]
    [InlineData("epochs=2", "epochs: absent in the run, 2 now|steps: 6 in the run, absent now")]
    [InlineData("lora.use_rslora=true", "lora.use_rslora: false in the run, true now")]
    [InlineData("data.corpora[1].share=2", "data.corpora[1].share: absent in the run, 2 now")]
    public void A_fixed_key_is_told(string setting, string says) =>
        Assert.Equal(says.Split('|'), Now(Parse(Parse(Config).Resolved, setting)).DifferencesFrom(Now()));

    [Fact]
    public void A_key_that_the_checkpoint_lacks_may_have_its_default_only()
    {
        RunIdentity lacks = Of([.. Saved.Where(s => !s.StartsWith("loss.top_n", StringComparison.Ordinal))]);
        Assert.Empty(Now().DifferencesFrom(lacks));
        Assert.Equal(
            ["loss.top_n: absent in the run, 5 now"], Now(Parse(Config, "loss.top_n=5")).DifferencesFrom(lacks));

        // "auto" may have become anything.
        RunIdentity unknown = Of([.. Saved.Where(s => !s.StartsWith("gemm", StringComparison.Ordinal))]);
        Assert.Equal(["gemm: absent in the run, builtin now"], Now().DifferencesFrom(unknown));
    }

    /// <summary>A checkpoint of after a library's failure is gone on from with this program's products alone.</summary>
    [Fact]
    public void What_a_key_became_in_the_run_is_what_a_checkpoint_has()
    {
        RunIdentity begun = Now().Where("gemm", "cublaslt"), failed = begun.Where("gemm", "builtin");
        Assert.Equal(["gemm: builtin in the run, cublaslt now"], begun.DifferencesFrom(failed));
        Assert.Empty(Now().DifferencesFrom(failed));
    }

    /// <summary>
    /// Rank and alpha of a run on an adapter are the adapter's: their absence says so, default or not.
    /// </summary>
    [Fact]
    public void A_key_that_may_be_absent_is_a_difference_where_it_was()
    {
        const string Own = "lora: {rank: null, alpha: null, use_rslora: null, target_modules: null, from: adapter}";
        RunIdentity onAdapter = Now(Parse(Config, Own.Replace(": {", "={")));
        Assert.Equal(
            ["lora.alpha", "lora.rank", "lora.target_modules", "lora.use_rslora"],
            Now(Parse(Config,
                "lora={rank: null, alpha: null}")).DifferencesFrom(onAdapter).Select(d => d.Split(':')[0]));
    }

    private static RunIdentity Of(string[] settings) =>
        new("model", "rows", settings.Select(s => s.Split(": ", 2)).ToDictionary(s => s[0], s => s[1]));

    private static RunIdentity Now(RunConfig run) => RunIdentity.Of(
        "model", "rows", run.Settings.Values,
        new Dictionary<string, string> { ["precision"] = "fp32", ["gemm"] = "builtin" });

    private RunIdentity Now() => Now(Parse(Config));

    private RunConfig Parse(string yaml, params string[] settings) =>
        RunConfigLoader.Parse(yaml, Path.Combine(_folder.Root, "run.yaml"), settings, isOfRun: true);
}
