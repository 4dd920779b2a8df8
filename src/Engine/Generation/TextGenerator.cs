using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>Why generation ended.</summary>
public enum StopReason
{
    /// <summary>A stop id came; it is the last of the ids.</summary>
    StopToken,

    /// <summary>The number of tokens asked for was reached.</summary>
    Length,
}

/// <summary>Decoding token by token: greedy (the largest logit, ties to the lower id), or sampled.</summary>
public static class TextGenerator
{
    /// <summary>Generates up to <paramref name="maxTokens"/> tokens after a prompt.</summary>
    /// <param name="decoder">With room for prompt and answer.</param>
    /// <param name="stopIds">Ids that end the text.</param>
    /// <param name="onToken">Called with each id as it comes, a stop id included.</param>
    /// <param name="sampler">Draws the tokens; null is greedy.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or it and the answer are longer than the
    /// room.</exception>
    /// <exception cref="NonFiniteException">A logit is NaN or, where tokens are drawn, infinite.</exception>
    public static (IReadOnlyList<int> Ids, StopReason Stop) Generate(
        Decoder decoder, ReadOnlyMemory<int> prompt, int maxTokens, IReadOnlyCollection<int> stopIds,
        Action<int>? onToken = null, Sampler? sampler = null)
    {
        var ids = new List<int>();
        if (maxTokens <= 0)
            return (ids, StopReason.Length);
        foreach (int id in Stream(decoder, prompt, sampler))
        {
            ids.Add(id);
            onToken?.Invoke(id);
            if (stopIds.Contains(id))
                return (ids, StopReason.StopToken);
            if (ids.Count == maxTokens)
                break;
        }

        return (ids, StopReason.Length);
    }

    /// <summary>
    /// The ids after a prompt one by one, each computed when it is asked for; there is no end but that of the decoder's
    /// room.
    /// </summary>
    /// <param name="sampler">Draws the tokens; null is greedy.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or more ids are asked for than there is room.
    /// </exception>
    /// <exception cref="NonFiniteException">A logit is NaN or, where tokens are drawn, infinite.</exception>
    public static IEnumerable<int> Stream(Decoder decoder, ReadOnlyMemory<int> prompt, Sampler? sampler = null)
    {
        decoder.Append(prompt.Span);
        var ids = new List<int>();
        while (true)
        {
            int id = sampler?.Next(decoder.Logits, prompt.Span, ids) ?? ArgMax(decoder.Logits);
            ids.Add(id);
            yield return id;
            decoder.Append([id]);
        }
    }

    private static int ArgMax(float[] logits)
    {
        int best = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]))
            {
                throw new NonFiniteException(
                    $"generation: logit of token {i}: expected a number, got NaN. The model's weights or the adapter "
                    + "are broken.");
            }

            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }
}
