using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Training;

/// <summary>Compares a model with its base on many rows.</summary>
public static class DocumentComparer
{
    // Tokens of a batch where rows are short: enough for the matrix products to run at full speed.
    private const int TokensPerBatch = 1024;

    /// <summary>Sums of each row over its predicted tokens, in the order of the rows.</summary>
    /// <param name="topN">Tokens of the base that the coarse divergence has one by one.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <exception cref="NonFiniteException">A model's logits are not finite.</exception>
    public static TokenComparison[] Compare(
        Ops ops, ModelConfig config, TransformerWeights reference, TransformerWeights model,
        IReadOnlyList<TokenRow> rows, int topN, Action<int>? progress = null)
    {
        if (rows.Count == 0)
            return [];
        int longest = Math.Max(rows.Max(r => r.Tokens.Length), 1);
        int tokens = Math.Min(Math.Max(longest, TokensPerBatch), Math.Max(rows.Sum(r => r.Tokens.Length), 1));
        using var pass = new ComparisonPass(ops, config, reference, model, tokens, longest, topN);
        var sums = new List<TokenComparison>(rows.Count);
        while (sums.Count < rows.Count)
        {
            var batch = new List<TokenRow>();
            int room = tokens;
            for (int i = sums.Count; i < rows.Count && rows[i].Tokens.Length <= room; i++)
            {
                batch.Add(rows[i]);
                room -= rows[i].Tokens.Length;
            }

            foreach (TokenComparison[] row in pass.Run(batch))
                sums.Add(row.Aggregate(default(TokenComparison), (sum, t) => sum + t));
            progress?.Invoke(sums.Count);
        }

        return [.. sums];
    }
}
