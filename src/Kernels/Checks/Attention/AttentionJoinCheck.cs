using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>attention_join_* against float64.</summary>
internal sealed class AttentionJoinCheck(bool isBf16) : KernelCheck(
    AttentionPieces.Source, $"attention_join_{(isBf16 ? "bf16" : "f32")}",
    isBf16 ? "relative L2 error of 3e-3" : "relative L2 error of 2e-6")
{
    public const double Tolerance = 2e-6;

    public override void Run(KernelTrial trial)
    {
        (HeadShape Heads, int[] Seen)[] cases =
        [
            (new(7, 1, 64), [64]), (new(4, 2, 128), [700, 1, 640]), (new(4, 4, 96), [65]), (new(3, 1, 5), [200, 100]),
            trial.IsCounting ? (new(4, 2, 128), [2048]) : (new(32, 8, 128), [32768, 32768, 32768, 32768]),
        ];
        foreach ((HeadShape heads, int[] seen) in cases)
        {
            trial.Case(
                $"tokens that see {string.Join(", ", seen)}, {heads}", c => Try(c, heads, seen),
                heads == cases[^1].Heads);
        }
    }

    /// <summary>What pages make together: y in the order of the table, with their largest maximum as base.</summary>
    /// <param name="seen">Entries that each token sees.</param>
    public static float[] Join(float[] results, float[] extremes, AttentionPieces pieces, int[] seen)
    {
        int d = pieces.Heads.HeadDim, width = results.Length * 2 / extremes.Length;
        int rows = pieces.Tokens * pieces.Heads.QueryHeads;
        var y = new float[rows * d];
        for (int row = 0; row < rows; row++)
        {
            int own = PagedLayout.PagesOf(seen[row / pieces.Heads.QueryHeads]);
            int[] all = [.. Enumerable.Range(row * pieces.Count, own)];
            float top = all.Max(i => extremes[2 * i]);
            double sum = all.Sum(i => Math.Exp(extremes[2 * i] - top) * extremes[(2 * i) + 1]);
            for (int c = 0; c < d; c++)
            {
                double result = all.Sum(i => Math.Exp(extremes[2 * i] - top) * results[(i * width) + c]);
                y[(row * d) + c] = (float)(result / sum);
            }
        }

        return y;
    }

    /// <summary>What is there of pages that a token does not see is NaN; rows of y are turned round.</summary>
    private void Try(KernelCase one, HeadShape heads, int[] seen)
    {
        var pieces = new AttentionPieces(heads, isBf16, seen.Length, seen.Max(PagedLayout.PagesOf));
        float[] results = CheckValues.Uniform((int)pieces.Results, 1, 10);
        float[] extremes = CheckValues.Uniform((int)pieces.Extremes, 2, 5);
        int width = results.Length * 2 / extremes.Length;
        for (int i = 0; i < extremes.Length / 2; i++)
        {
            int token = i / pieces.Count / heads.QueryHeads;
            bool isSeen = i % pieces.Count < PagedLayout.PagesOf(seen[token]);
            extremes[2 * i] = isSeen ? extremes[2 * i] : float.NaN;
            extremes[(2 * i) + 1] = isSeen ? 6 + extremes[(2 * i) + 1] : float.NaN;
            if (!isSeen)
                results.AsSpan(i * width, width).Fill(float.NaN);
        }

        float[] joined = Join(results, extremes, pieces, seen);
        int[] table = new int[seen.Length * PagedTables.TokenWidth];
        var expected = new float[joined.Length];
        for (int i = 0; i < seen.Length; i++)
        {
            int row = seen.Length - 1 - i;
            ((int[])[row, seen[i], 0, 0]).CopyTo(table, i * PagedTables.TokenWidth);
            joined.AsSpan(i * heads.QuerySize, heads.QuerySize).CopyTo(expected.AsSpan(row * heads.QuerySize));
        }

        DeviceMemory parts = one.Input<float>("results", results), bounds = one.Input<float>("extremes", extremes);
        DeviceMemory tokens = one.Input<int>("tokens", table);
        DeviceMemory y = isBf16 ? one.Output<ushort>("y", expected.Length) : one.Output<float>("y", expected.Length);
        one.Launch(
            pieces.JoinShape, 4L * (results.Length + extremes.Length) + ((isBf16 ? 2L : 4L) * expected.Length),
            a => a.Add(parts).Add(bounds).Add(y).Add(tokens).Add(pieces.Count).Add(new AttentionShape(heads)));
        if (isBf16)
            one.ExpectWhole<ushort>(y, expected, 3e-3);
        else
            one.ExpectWhole<float>(y, expected, Tolerance);
    }
}
