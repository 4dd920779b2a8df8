using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>
/// Log-likelihoods of continuations over a batch: what contexts have in common (few-shot text, the question of four
/// choices) is computed once, where they come one after the other.
/// </summary>
/// <param name="batch">It may have other rows, which go on meanwhile and get tokens that only they know of.</param>
/// <param name="weights">Null: the batch's.</param>
public sealed class ContinuationScorer(GenerationBatch batch, TransformerWeights? weights = null)
{
    /// <summary>Of the queue: one of a million continuations would hold them all.</summary>
    private const int MostWaiting = 64;

    /// <summary>Scores of the continuations, in their order.</summary>
    /// <param name="progress">Told how many are done.</param>
    /// <exception cref="ArgumentException">
    /// An empty context or continuation, an id outside the vocabulary, or more tokens than the batch has room for.
    /// </exception>
    /// <exception cref="NonFiniteException">Logits are not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the batch goes on without what was asked.</exception>
    public IReadOnlyList<ScoredContinuation> Score(
        IReadOnlyList<Continuation> continuations, CancellationToken cancel = default, Action<int>? progress = null)
    {
        var results = new ScoredContinuation[continuations.Count];
        int next = 0, done = 0;
        var asked = new List<(GenerationRow Row, int Index)>();
        try
        {
            while (done < results.Length)
            {
                cancel.ThrowIfCancellationRequested();
                for (; next < results.Length && batch.Waiting < MostWaiting; next++)
                    asked.Add((batch.Add(Request(continuations[next])), next));
                batch.Step();
                done += asked.RemoveAll(Finished);
                progress?.Invoke(done);
            }
        }
        finally
        {
            foreach ((GenerationRow row, _) in asked)
                batch.Remove(row);
        }

        return results;

        bool Finished((GenerationRow Row, int Index) one)
        {
            if (one.Row.Stop is null)
                return false;
            double sum = 0;
            foreach (ScoredToken token in one.Row.PromptLogProbs)
                sum += token.LogProb;
            results[one.Index] = new ScoredContinuation(sum, one.Row.PromptLogProbs);
            return true;
        }
    }

    private GenerationRequest Request(Continuation c)
    {
        if (c.Context.IsEmpty || c.Tokens.IsEmpty)
        {
            throw new ArgumentException(
                $"scoring: expected a context and a continuation of at least one token each, got {c.Context.Length} "
                + $"and {c.Tokens.Length}");
        }

        return new GenerationRequest((int[])[.. c.Context.Span, .. c.Tokens.Span], 0)
        {
            PromptLogProbs = true,
            FirstLogProb = c.Context.Length,
            Weights = weights,
        };
    }
}
