namespace MolEngine.Kernels.Ops;

/// <summary>
/// How the new tokens of several sequences stand in a cache of pages. Sequence r has <see cref="Starts"/>[r] tokens in
/// the cache already; its new ones, document r of <see cref="NewTokens"/>, follow them. Token p of a sequence is entry
/// p % <see cref="PageTokens"/> of page Pages[r][p / <see cref="PageTokens"/>].
/// </summary>
/// <param name="NewTokens">The new tokens, laid end to end: a document each sequence.</param>
/// <param name="Starts">[R]: tokens of each sequence that the cache holds before the new ones.</param>
/// <param name="Pages">[R]: the pages of each sequence, in order; sequences may share those that nothing is added to.
/// </param>
public sealed record PagedLayout(SequenceLayout NewTokens, int[] Starts, int[][] Pages)
{
    /// <summary>Tokens of a page.</summary>
    public const int PageTokens = 64;

    /// <summary>R.</summary>
    public int Sequences => Starts.Length;

    /// <summary>Pages that so many tokens take.</summary>
    public static int PagesOf(int tokens) => (tokens + PageTokens - 1) / PageTokens;

    /// <summary>New tokens of a sequence.</summary>
    public int Count(int sequence) => NewTokens.DocumentStarts[sequence + 1] - NewTokens.DocumentStarts[sequence];

    /// <summary>Tokens of a sequence with the new ones.</summary>
    public int Length(int sequence) => Starts[sequence] + Count(sequence);
}
