using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>Documents and heads to try attention's kernels with.</summary>
internal sealed record AttentionCheckShape(HeadShape Heads, int[] Lengths)
{
    /// <summary>Keys of a step: scores rise, or not, from one to the next.</summary>
    public const int StepKeys = 64;

    /// <summary>
    /// By how much the scores of a document rise from each 64 of its keys to the next, so that a maximum that was found
    /// early is far too small later; a negative number is where all of them lie. Empty: neither.
    /// </summary>
    public IReadOnlyList<float> Rises { get; init; } = [];

    /// <summary>The largest score, about: what rounding errors of scores are relative to.</summary>
    public double LargestScore =>
        Rises.Select((rise, i) => Math.Abs(rise * StepOf(i, Lengths[i] - 1))).DefaultIfEmpty().Max();

    public int Tokens => Lengths.Sum();

    public int[] Starts => [0, .. Lengths.Select((_, i) => Lengths.Take(i + 1).Sum())];

    /// <summary>How often the rise of a document is added to the scores of a key.</summary>
    public int StepOf(int document, int key) => Rises[document] < 0 ? 1 : key / StepKeys;

    public override string ToString() =>
        $"{string.Join('+', Lengths)} {(Tokens == 1 ? "token" : "tokens")}, {Heads}"
        + (Rises.Count > 0 ? $", scores that rise by {string.Join(", ", Rises)}" : "");

    /// <summary>Around the edges of tiles, with heads of each size; the last is measured.</summary>
    public static IReadOnlyList<AttentionCheckShape> All(bool isCounting, params int[] headDims) =>
    [
        .. headDims.Select((d, i) => new AttentionCheckShape(
            new HeadShape(i == 0 ? 7 : 4, i == 0 ? 1 : 2, d), i == 0 ? [1, 63, 64, 65, 129] : [130, 1, 33])),
        new(new HeadShape(2, 1, headDims[0]), [130, 130, 130, 130, 130, 70])
        {
            Rises = [12, 60, 100, 160, 300, -200],
        },
        isCounting
            ? new(new HeadShape(2, 1, headDims[0]), [256])
            : new(new HeadShape(16, 8, headDims[0]), [1500, 2048, 548]),
    ];
}
