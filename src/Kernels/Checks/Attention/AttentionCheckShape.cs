using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>Documents and heads to try attention's kernels with.</summary>
internal sealed record AttentionCheckShape(HeadShape Heads, int[] Lengths)
{
    public int Tokens => Lengths.Sum();

    public int[] Starts => [0, .. Lengths.Select((_, i) => Lengths.Take(i + 1).Sum())];

    public override string ToString() => $"{string.Join('+', Lengths)} {(Tokens == 1 ? "token" : "tokens")}, {Heads}";

    /// <summary>Around the edges of tiles, with heads of each size; the last is measured.</summary>
    public static IReadOnlyList<AttentionCheckShape> All(bool isCounting, params int[] headDims) =>
    [
        .. headDims.Select((d, i) => new AttentionCheckShape(
            new HeadShape(i == 0 ? 7 : 4, i == 0 ? 1 : 2, d), i == 0 ? [1, 63, 64, 65, 129] : [130, 1, 33])),
        isCounting
            ? new(new HeadShape(2, 1, headDims[0]), [256])
            : new(new HeadShape(16, 8, headDims[0]), [1500, 2048, 548]),
    ];
}
