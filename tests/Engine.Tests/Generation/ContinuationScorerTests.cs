using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Training;

namespace MolEngine.Engine.Tests.Generation;

public sealed class ContinuationScorerTests : IDisposable
{
    private readonly TinyModel _model = new("llama");

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(150)]
    [InlineData(64)]
    [InlineData(1)]
    public void What_choices_share_is_computed_once_and_changes_nothing(int shared)
    {
        int[] context = Tokens(1, shared);
        Continuation[] choices = [.. Enumerable.Range(2, 5).Select(i => new Continuation(context, Tokens(i, i)))];
        (ScoredContinuation[] alone, long each) = Score(choices, sharesPrefixes: false);
        (ScoredContinuation[] together, long computed) = Score(choices, sharesPrefixes: true);
        Assert.Equal(alone.Select(s => s.LogProb), together.Select(s => s.LogProb));

        // Nothing is asked of what follows the last token of each.
        Assert.Equal((5 * shared) + 1 + 2 + 3 + 4 + 5, each);

        // A page begins anew for each choice, of which at least eight tokens are copied; the context's last token is
        // computed with for its own logits.
        Assert.InRange(computed, Math.Min(each, shared + 19), shared < 10 ? each : shared + 20 + (4 * 10));
        for (int i = 0; i < choices.Length; i++)
        {
            Assert.Equal(choices[i].Tokens.ToArray(), together[i].Tokens.Select(t => t.Id));
            Assert.Equal(together[i].Tokens.Sum(t => t.LogProb), together[i].LogProb, 1e-12);
        }
    }

    [Fact]
    public void A_greedy_continuation_is_told_from_others()
    {
        using GenerationBatch batch = Batch(true);
        int[] context = Tokens(3, 20);
        GenerationRow row = batch.Add(new GenerationRequest(context, 6));
        while (!batch.IsIdle)
            batch.Step();
        int[] greedy = [.. row.Ids], other = [.. greedy];
        other[4] = other[4] == 9 ? 10 : 9;
        IReadOnlyList<ScoredContinuation> scores = new ContinuationScorer(batch).Score(
            [new(context, greedy), new(context, other)]);
        Assert.Equal([true, false], scores.Select(s => s.IsGreedy));
        Assert.Equal([true, true, true, true, false], scores[1].Tokens.Take(5).Select(t => t.IsGreedy));
        Assert.Equal(scores[0].Tokens.Take(4).Select(t => t.LogProb), scores[1].Tokens.Take(4).Select(t => t.LogProb));
        Assert.True(scores[0].Tokens[4].LogProb > scores[1].Tokens[4].LogProb);
    }

    [Fact]
    public void Nothing_before_or_after_is_refused_and_what_was_asked_is_taken_back()
    {
        using GenerationBatch batch = Batch(true);
        var scorer = new ContinuationScorer(batch);
        Continuation good = new(Tokens(1, 5), Tokens(2, 5));
        Assert.Throws<ArgumentException>(() => scorer.Score([good, new(Array.Empty<int>(), Tokens(2, 5))]));
        Assert.Throws<ArgumentException>(() => scorer.Score([good, new(Tokens(1, 5), Array.Empty<int>())]));
        Assert.Throws<OperationCanceledException>(() => scorer.Score([good], new CancellationToken(true)));
        Assert.True(batch.IsIdle);
        Assert.Single(scorer.Score([good]));
    }

    private (ScoredContinuation[] Scores, long Computed) Score(Continuation[] choices, bool sharesPrefixes)
    {
        using GenerationBatch batch = Batch(sharesPrefixes);
        var scores = new ContinuationScorer(batch).Score(choices);
        return ([.. scores], batch.PromptTokensComputed);
    }

    private GenerationBatch Batch(bool sharesPrefixes) => new(
        _model.Ops, _model.Config, _model.Weights, 4, 1024, sharesPrefixes: sharesPrefixes);

    private int[] Tokens(int seed, int count) => _model.Rows(seed, [count])[0].Tokens.ToArray();
}
