using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>
/// The division of attention's work among blocks of threads: rows of four integers, as QueryBlock and KeyBlock of
/// kernels/attention.cuh have them. Blocks begin at a document's first token and never cross its end; the dearest come
/// first, so that none is left over at the end.
/// </summary>
internal static class AttentionBlocks
{
    /// <summary>Integers in a row.</summary>
    public const int Width = 4;

    /// <summary>Blocks of queries, each with the keys that it sees: (query, key, first, count).</summary>
    /// <param name="starts">First tokens of documents; the last is the number of tokens.</param>
    /// <param name="size">Queries in a block, at most.</param>
    public static int[] OfQueries(int[] starts, int size)
    {
        var blocks = new List<(int Cost, int Query, int Key, int First, int Count)>();
        for (int d = 0; d + 1 < starts.Length; d++)
        {
            int length = starts[d + 1] - starts[d];
            for (int first = 0; first < length; first += size)
            {
                int count = Math.Min(size, length - first);
                blocks.Add((first + count, starts[d] + first, starts[d], first, count));
            }
        }

        return [.. blocks.OrderByDescending(b => b.Cost).SelectMany(b => (int[])[b.Query, b.Key, b.First, b.Count])];
    }

    /// <summary>Blocks of keys, each with the queries that see it: (token, queries, count, 0).</summary>
    public static int[] OfKeys(int[] starts, int size)
    {
        var blocks = new List<(int Queries, int Token, int Count)>();
        for (int d = 0; d + 1 < starts.Length; d++)
        {
            for (int token = starts[d]; token < starts[d + 1]; token += size)
                blocks.Add((starts[d + 1] - token, token, Math.Min(size, starts[d + 1] - token)));
        }

        return [.. blocks.OrderByDescending(b => b.Queries).SelectMany(b => (int[])[b.Token, b.Queries, b.Count, 0])];
    }

    /// <summary>Blocks of sequences' new tokens, whose keys lie sequence after sequence.</summary>
    /// <param name="sequences">Those of the layout that are taken.</param>
    public static int[] OfNewTokens(PagedLayout layout, IReadOnlyList<int> sequences, int size)
    {
        var blocks = new List<(int Cost, int Query, int Key, int First, int Count)>();
        int key = 0;
        foreach (int r in sequences)
        {
            int query = layout.NewTokens.DocumentStarts[r], start = layout.Starts[r], length = layout.Count(r);
            for (int first = 0; first < length; first += size)
            {
                int count = Math.Min(size, length - first);
                blocks.Add((start + first + count, query + first, key, start + first, count));
            }

            key += layout.Length(r);
        }

        return [.. blocks.OrderByDescending(b => b.Cost).SelectMany(b => (int[])[b.Query, b.Key, b.First, b.Count])];
    }
}
