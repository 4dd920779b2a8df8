using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Training;

/// <summary>Cross-entropy, and KL to a base, of whole documents.</summary>
public static class Scorer
{
    // Tokens of a batch where documents are short: enough for the matrix products to run at full speed.
    private const int TokensPerBatch = 1024;

    /// <summary>
    /// Scores documents of token ids, each by itself: the mean over all tokens but the first. Documents of fewer than
    /// two tokens have no effective token.
    /// </summary>
    /// <param name="reference">Weights of the base, or null.</param>
    /// <param name="topN">Tokens of the base's distribution that are kept one by one.</param>
    /// <param name="progress">Told how many documents are done.</param>
    public static IReadOnlyList<RowFigures> Score(
        Ops ops, ModelConfig config, TransformerWeights weights, TransformerWeights? reference,
        IReadOnlyList<int[]> documents, int topN = 31, Action<int>? progress = null)
    {
        if (documents.Count == 0)
            return [];
        int longest = Math.Max(documents.Max(d => d.Length), 1);
        int tokens = Math.Min(Math.Max(longest, TokensPerBatch), Math.Max(documents.Sum(d => d.Length), 1));
        using var pass = new LossPass(
            ops, config, tokens, longest, reference is null ? 0 : Math.Min(topN, config.VocabSize), Retention.None,
            weights);
        var figures = new List<RowFigures>(documents.Count);
        for (int first = 0; first < documents.Count;)
        {
            int count = Fitting(documents, first, tokens);
            TokenRow[] rows = [.. documents.Skip(first).Take(count).Select(d => TokenRow.Single(d))];
            figures.AddRange(pass.Evaluate(rows, weights, reference));
            first += count;
            progress?.Invoke(first);
        }

        return figures;
    }

    /// <summary>How many documents from <paramref name="first"/> on fit a batch: at least one.</summary>
    private static int Fitting(IReadOnlyList<int[]> documents, int first, int tokens)
    {
        int count = 0;
        for (int sum = 0; first + count < documents.Count; count++)
        {
            sum += documents[first + count].Length;
            if (sum > tokens)
                break;
        }

        return count;
    }
}
