namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// A piece of attention's work for one key/value head: tokens From .. To - 1 (queries forward, keys backward) of every
/// document First .. Last - 1. Where it holds more than one document they are whole: To is then more than any of them
/// has.
/// </summary>
/// <param name="Partial">
/// Backward: where in the workspace this piece's share of dq goes, in tokens; -1: into dq itself.
/// </param>
/// <param name="Cost">Query-key pairs, roughly.</param>
internal readonly record struct AttentionUnit(int First, int Last, int From, int To, long Partial, long Cost);

/// <summary>
/// Cuts documents into units by their lengths alone, so that bits do not depend on threads. Which short documents share
/// a unit depends on the batch, but each is computed by itself.
/// </summary>
internal static class AttentionUnits
{
    /// <summary>Keys in a block, and the step in which the backward pass cuts documents.</summary>
    public const int KeyBlock = 64;

    /// <summary>
    /// Queries in a strip of a block on the diagonal: strips stop at their last key, which saves a quarter of the
    /// block.
    /// </summary>
    public const int Strip = 32;

    private const int StackedRows = 256;

    /// <summary>Short documents are gathered into units of about so many tokens.</summary>
    private const int ShortDocument = 64;

    /// <summary>
    /// A document's keys are cut into at most so many pieces: dq's workspace is at most 2.1 times dq.
    /// </summary>
    private const int MaxKeyPieces = 4;

    private const int TokensPerKeyPiece = 128;

    /// <summary>
    /// Queries in a block of a group of heads that share keys: 129 to 256 rows are stacked where the group allows it,
    /// so that a block of scores stays in the L2 cache. Divides <see cref="KeyBlock"/>: every query of a block then
    /// sees a key in each key block up to its own.
    /// </summary>
    public static int QueryBlock(int group)
    {
        int queries = KeyBlock;
        while (queries > 1 && queries * group > StackedRows)
            queries /= 2;
        return queries;
    }

    /// <summary>One unit for each block of queries, dearest first.</summary>
    public static AttentionUnit[] Forward(ReadOnlySpan<int> documentStarts, int queryBlock)
    {
        var units = new List<AttentionUnit>();
        int documents = documentStarts.Length - 1;
        for (int d = 0; d < documents; d++)
        {
            int length = documentStarts[d + 1] - documentStarts[d];
            if (length <= queryBlock)
            {
                d = AddShort(units, documentStarts, d, queryBlock) - 1;
                continue;
            }

            for (int from = 0; from < length; from += queryBlock)
            {
                int to = Math.Min(from + queryBlock, length);
                units.Add(new AttentionUnit(d, d + 1, from, to, -1, (long)(to - from) * to));
            }
        }

        return DearestFirst(units);
    }

    /// <summary>One unit for each piece of a document's keys, dearest first.</summary>
    /// <param name="partialTokens">Tokens of workspace that dq's shares take.</param>
    public static AttentionUnit[] Backward(ReadOnlySpan<int> documentStarts, out long partialTokens)
    {
        var units = new List<AttentionUnit>();
        partialTokens = 0;
        int documents = documentStarts.Length - 1;
        for (int d = 0; d < documents; d++)
        {
            int length = documentStarts[d + 1] - documentStarts[d];
            if (length <= ShortDocument)
            {
                d = AddShort(units, documentStarts, d, ShortDocument) - 1;
                continue;
            }

            int[] cuts = KeyCuts(length);
            for (int piece = 0; piece + 1 < cuts.Length; piece++)
            {
                long left = length - cuts[piece], after = length - cuts[piece + 1];
                long partial = piece == 0 ? -1 : partialTokens;
                units.Add(
                    new AttentionUnit(d, d + 1, cuts[piece], cuts[piece + 1], partial, left * left - after * after));
                partialTokens += piece == 0 ? 0 : left;
            }
        }

        return DearestFirst(units);
    }

    /// <summary>
    /// Ends of the pieces of a document's keys, from 0 to <paramref name="length"/>: n pieces of equal cost. Keys from
    /// a on meet (length - a)^2 / 2 queries, so that piece c begins where 1 - c / n of all pairs are left.
    /// </summary>
    public static int[] KeyCuts(int length)
    {
        int pieces = Math.Clamp(length / TokensPerKeyPiece, 1, MaxKeyPieces);
        var cuts = new List<int> { 0 };
        for (int c = 1; c < pieces; c++)
        {
            double ideal = length * (1 - Math.Sqrt(1 - (double)c / pieces));
            int cut = (int)Math.Round(ideal / KeyBlock) * KeyBlock;
            if (cut > cuts[^1] && cut < length)
                cuts.Add(cut);
        }

        cuts.Add(length);
        return [.. cuts];
    }

    /// <summary>A unit of short documents from <paramref name="first"/> on. Returns the document after it.</summary>
    private static int AddShort(List<AttentionUnit> units, ReadOnlySpan<int> documentStarts, int first, int shortLength)
    {
        int last = first;
        long cost = 0;
        while (last < documentStarts.Length - 1 && documentStarts[last] - documentStarts[first] < ShortDocument)
        {
            int length = documentStarts[last + 1] - documentStarts[last];
            if (length > shortLength)
                break;
            cost += (long)length * length;
            last++;
        }

        units.Add(new AttentionUnit(first, last, 0, shortLength, -1, cost));
        return last;
    }

    private static AttentionUnit[] DearestFirst(List<AttentionUnit> units) => [.. units.OrderByDescending(u => u.Cost)];
}
