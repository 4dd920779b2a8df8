using MolEngine.Basics.Text;
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
        (HeadShape Heads, int Entries, int Count)[] cases =
        [
            (new(7, 1, 64), 64, 1), (new(4, 2, 128), 700, 3), (new(4, 4, 96), 65, 1), (new(3, 1, 5), 200, 2),
            trial.IsCounting ? (new(4, 2, 128), 2048, 1) : (new(32, 8, 128), 32768, 8),
        ];
        foreach ((HeadShape heads, int entries, int count) in cases)
        {
            var pieces = new AttentionPieces(heads, isBf16, count, entries);
            string shape = $"{Counts.Of(count, "token")}, {Counts.Of(pieces.Count, "piece")}, {heads}";
            trial.Case(shape, c => Try(c, pieces), entries == cases[^1].Entries);
        }
    }

    /// <summary>What pieces make together: y, with their largest maximum as base.</summary>
    public static float[] Join(float[] results, float[] extremes, AttentionPieces pieces)
    {
        int d = pieces.Heads.HeadDim, width = results.Length * 2 / extremes.Length;
        int rows = pieces.Tokens * pieces.Heads.QueryHeads;
        var y = new float[rows * d];
        for (int row = 0; row < rows; row++)
        {
            int[] all = [.. Enumerable.Range(row * pieces.Count, pieces.Count)];
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

    /// <summary>The last piece of a row is sometimes one that it does not see.</summary>
    private void Try(KernelCase one, AttentionPieces pieces)
    {
        float[] results = CheckValues.Uniform((int)pieces.Results, 1, 10);
        float[] extremes = CheckValues.Uniform((int)pieces.Extremes, 2, 5);
        int width = results.Length * 2 / extremes.Length;
        for (int i = 0; i < extremes.Length / 2; i++)
        {
            bool isSeen = pieces.Count == 1 || i % pieces.Count < pieces.Count - 1 || i % 3 > 0;
            extremes[(2 * i) + 1] = isSeen ? 6 + extremes[(2 * i) + 1] : 0;
            if (isSeen)
                continue;
            extremes[2 * i] = float.NegativeInfinity;
            results.AsSpan(i * width, width).Clear();
        }

        float[] expected = Join(results, extremes, pieces);
        DeviceMemory parts = one.Input<float>("results", results), bounds = one.Input<float>("extremes", extremes);
        DeviceMemory y = isBf16 ? one.Output<ushort>("y", expected.Length) : one.Output<float>("y", expected.Length);
        one.Launch(
            pieces.JoinShape, 4L * (results.Length + extremes.Length) + ((isBf16 ? 2L : 4L) * expected.Length),
            a => a.Add(parts).Add(bounds).Add(y).Add(pieces.Count).Add(new AttentionShape(pieces.Heads)));
        if (isBf16)
            one.ExpectWhole<ushort>(y, expected, 3e-3);
        else
            one.ExpectWhole<float>(y, expected, Tolerance);
    }
}
