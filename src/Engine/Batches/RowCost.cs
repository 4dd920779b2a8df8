using MolEngine.Engine.Models;

namespace MolEngine.Engine.Batches;

/// <summary>
/// What a row costs to compute: products go with its tokens, attention with the square of each document's. In
/// operations of a forward pass; only the ratio between rows matters.
/// </summary>
public sealed class RowCost
{
    private readonly double _perToken, _perPair;

    public RowCost(ModelConfig config)
    {
        double queries = (double)config.NumHeads * config.HeadDim, keys = (double)config.NumKvHeads * config.HeadDim;
        double layer = config.HiddenSize * ((2 * queries) + (2 * keys) + (3.0 * config.IntermediateSize));
        _perToken = 2 * ((config.NumLayers * layer) + ((double)config.HiddenSize * config.VocabSize));

        // A token meets half of its document on average, once for the logits and once for the values.
        _perPair = 2 * config.NumLayers * queries;
    }

    public double Of(TokenRow row)
    {
        double pairs = 0;
        for (int d = 0; d < row.DocumentStarts.Count; d++)
        {
            int end = d + 1 < row.DocumentStarts.Count ? row.DocumentStarts[d + 1] : row.Tokens.Length;
            double length = end - row.DocumentStarts[d];
            pairs += length * length;
        }

        return (_perToken * row.Tokens.Length) + (_perPair * pairs);
    }
}
