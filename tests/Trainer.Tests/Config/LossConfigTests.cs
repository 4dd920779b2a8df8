using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>What a config says of losses: of the run, of a corpus, and what does not go together.</summary>
public sealed class LossConfigTests : IDisposable
{
    private const string Domain = "- {path: a.jsonl, kind: domain}", General = "- {path: b.jsonl, kind: general}";
    private readonly TempFolder _folder = new();

    public LossConfigTests()
    {
        _folder.Folder("m");
        _folder.Write("a.jsonl", "{\"text\": \"a\"}\n");
        _folder.Write("b.jsonl", "{\"text\": \"b\"}\n");
    }

    [Theory]
    [InlineData("mol", 0.01)]
    [InlineData("masked_kl", 0.5)]
    [InlineData("eaft", 0)]
    [InlineData("asft", 0.05)]
    public void Each_kind_has_an_alpha_of_its_own(string kind, double alpha)
    {
        Assert.Equal(alpha, Parse($"loss: {kind}").Loss.Alpha);
        Assert.Equal(0.25, Parse($"loss: {{kind: {kind}, alpha: 0.25}}").Loss.Alpha);
    }

    [Theory]
    [InlineData("loss: mol", 0)]
    [InlineData("loss: {direction: forward}", 1)]
    [InlineData("loss: {direction: mixed}", 0.5)]
    [InlineData("loss: {direction: mixed, mix: 0.2}", 0.2)]
    [InlineData("loss: {mix: 0.2}", 0.2)]
    public void The_direction_is_a_share_of_forward(string loss, double share)
    {
        RunConfig run = Parse(loss);
        Assert.Equal(share, run.Loss.Options.ForwardShare);
        Assert.Equal(run.Loss, RunConfigLoader.Parse(run.Resolved, Source, []).Loss);
    }

    [Fact]
    public void A_corpus_has_its_own_loss_and_the_run_the_rest()
    {
        RunConfig run = Parse(
            "loss: {kind: mol, alpha: 0.1, mix: 0.2}",
            "- {path: a.jsonl, kind: domain, loss: ce}",
            "- {name: c, path: a.jsonl, kind: domain, loss: {kind: masked_kl, direction: forward}}",
            "- {name: d, path: a.jsonl, kind: domain, loss: {alpha: 0.3}}",
            "- {path: b.jsonl, kind: general}");
        TokenWeights?[] losses = [.. run.Data.Corpora.Select(c => c.Losses)];
        Assert.Equal(
            [
                new TokenWeights(1, 0),
                new TokenWeights(0.5, 0.5) { Form = LossForms.WithoutTarget, ForwardShare = 1 },
                new TokenWeights(0.7, 0.3) { ForwardShare = 0.2 },
                null,
            ],
            losses);
        Assert.Equal(
            losses, RunConfigLoader.Parse(run.Resolved, Source, []).Data.Corpora.Select(c => c.Losses));
        Assert.Equal(LossKind.MaskedKl, run.Data.Corpora[1].Loss.Kind);
        Assert.Equal(CorpusLoss.None, run.Data.Corpora[3].Loss);
    }

    [Fact]
    public void Weights_of_every_kind_are_those_of_the_method()
    {
        TokenWeights Of(LossKind kind, CorpusKind corpus) => new LossOptions(kind, 0.2).Weights(corpus);
        Assert.Equal(new TokenWeights(0.8, 0.2), Of(LossKind.Mol, CorpusKind.Domain));
        Assert.Equal(new TokenWeights(0.2, 0.8), Of(LossKind.Mol, CorpusKind.General));
        (LossKind, LossForms)[] kinds =
        [
            (LossKind.MaskedKl, LossForms.WithoutTarget), (LossKind.Eaft, LossForms.EntropyGate),
            (LossKind.Asft, LossForms.ProbabilityGate),
        ];
        foreach ((LossKind kind, LossForms form) in kinds)
        {
            Assert.Equal(new TokenWeights(0.8, 0.2) { Form = form }, Of(kind, CorpusKind.Domain));
            Assert.Equal(new TokenWeights(0, 1), Of(kind, CorpusKind.General));
        }
    }

    [Theory]
    [InlineData("loss: {direction: forward, mix: 0.3}", Domain, "loss.mix: expected a KL that is mixed")]
    [InlineData("loss: {kind: ce, direction: forward}", Domain,
        "loss.direction: expected a loss with a KL that counts")]
    [InlineData("loss: {kind: eaft, direction: forward}", Domain,
        "loss.direction: expected a loss with a KL that counts")]
    [InlineData("loss: {kind: masked_kl, alpha: 0}", Domain, "loss.alpha: expected above 0 with masked_kl")]
    [InlineData("loss: {kind: eaft, top_n: 1}", Domain, "loss.top_n: expected at least 2 with eaft")]
    [InlineData("loss: asft", General, "loss.kind: expected a domain corpus")]
    [InlineData("loss: eaft\ninit: random", Domain, "loss.kind: expected a base model for eaft, got random weights")]
    [InlineData("loss: ce", "- {path: b.jsonl, kind: general, loss: asft}",
        "data.corpora[0].loss.kind: expected mol, ce or kl for a general corpus, got asft")]
    [InlineData("loss: mol", "- {path: a.jsonl, kind: domain, loss: {kind: ce, alpha: 0.5}}",
        "data.corpora[0].loss.alpha: expected a loss that mixes CE and KL, got ce")]
    [InlineData("loss: mol", "- {path: a.jsonl, kind: domain, loss: {kind: ce, direction: forward}}",
        "data.corpora[0].loss.direction: expected a loss with a KL that counts, got ce")]
    [InlineData("loss: mol", "- {path: a.jsonl, kind: domain, loss: {kind: masked_kl, alpha: 0}}",
        "data.corpora[0].loss.alpha: expected above 0 with masked_kl")]
    public void What_does_not_go_together_is_refused(string loss, string corpus, string message)
    {
        var refused = Assert.Throws<UserException>(() => Parse(loss, corpus));
        Assert.Contains(message, refused.Message);
    }

    public void Dispose() => _folder.Dispose();

    private string Source => Path.Combine(_folder.Root, "run.yaml");

    private RunConfig Parse(string loss, params string[] corpora) => RunConfigLoader.Parse(
        $"model: m\noutput: out\n{loss}\ndata:\n  corpora:\n"
            + string.Concat((corpora.Length == 0 ? [Domain, General] : corpora).Select(c => $"  {c}\n")),
        Source, []);
}
