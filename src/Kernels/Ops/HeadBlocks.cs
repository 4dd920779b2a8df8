namespace MolEngine.Kernels.Ops;

/// <summary>A block of tokens with a target, and the ends of the pieces of rows that it consists of.</summary>
internal sealed record HeadBlock(int[] Tokens, int[] PieceEnds);

/// <summary>
/// The tokens with a target, in order, cut into pieces and blocks. A row is cut from its own first token on, whatever
/// stands before it, so that its pieces, and with them the order of sums over its tokens, are the same in every
/// micro-batch.
/// </summary>
internal static class HeadBlocks
{
    /// <param name="targets">[T]; negative where there is no target.</param>
    /// <param name="rowStarts">Rows, or null where no sum over tokens is taken.</param>
    /// <param name="blockTokens">
    /// Most tokens in a block. A piece has at most half as many, so that blocks are well filled by rows of any length.
    /// </param>
    /// <exception cref="ArgumentException">A target is not in the vocabulary: names the token.</exception>
    public static List<HeadBlock> Cut(
        string op, ReadOnlySpan<int> targets, int[]? rowStarts, int vocabulary, int blockTokens)
    {
        var blocks = new List<HeadBlock>();
        var tokens = new List<int>();
        var ends = new List<int>();
        int pieceTokens = rowStarts is null ? blockTokens : blockTokens / 2;
        int[] rows = rowStarts ?? [0, targets.Length];
        for (int r = 0; r + 1 < rows.Length; r++)
        {
            List<int> row = WithTarget(op, targets, rows[r], rows[r + 1], vocabulary);
            for (int start = 0; start < row.Count; start += pieceTokens)
            {
                int count = Math.Min(pieceTokens, row.Count - start);
                if (tokens.Count + count > blockTokens)
                    Close();
                tokens.AddRange(row.GetRange(start, count));
                ends.Add(tokens.Count);
            }
        }

        if (tokens.Count > 0)
            Close();
        return blocks;

        void Close()
        {
            blocks.Add(new HeadBlock([.. tokens], [.. ends]));
            tokens.Clear();
            ends.Clear();
        }
    }

    private static List<int> WithTarget(string op, ReadOnlySpan<int> targets, int start, int end, int vocabulary)
    {
        var tokens = new List<int>();
        for (int t = start; t < end; t++)
        {
            int target = targets[t];
            if (target >= vocabulary)
            {
                throw new ArgumentException(
                    $"{op}: target of token {t}: expected an id below the vocabulary's {vocabulary}, got {target}");
            }

            if (target >= 0)
                tokens.Add(t);
        }

        return tokens;
    }
}
