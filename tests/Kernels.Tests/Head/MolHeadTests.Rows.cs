using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

public abstract partial class MolHeadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Sums_of_rows_are_those_of_their_tokens(int topN)
    {
        HeadInputs inputs = Held(HeadInputs.Random(40, 301, 140, topN, [0, 3, 3, 136]));
        if (topN > 0)
            inputs = inputs.WithForm(LossForms.WithoutTarget | LossForms.ProbabilityGate, 0.25f);
        HeadRun got = HeadRun.Of(_ops, inputs);
        int rows = inputs.RowStarts.Length - 1;
        Assert.Equal(8 * rows, got.RowSums.Length);
        for (int r = 0; r < rows; r++)
        {
            int[] tokens =
            [
                .. Enumerable.Range(inputs.RowStarts[r], inputs.RowStarts[r + 1] - inputs.RowStarts[r])
                    .Where(t => inputs.Targets[t] >= 0),
            ];
            Compare.AssertRelative($"CE of row {r}", got.RowSums[8 * r], tokens.Sum(t => got.Ce[t]), 1e-13);
            Compare.AssertRelative($"KL of row {r}", got.RowSums[(8 * r) + 1], tokens.Sum(t => got.Kl[t]), 1e-13);
            double tail = tokens.Sum(t => Math.Exp(got.TailLogP[t]));
            Compare.AssertRelative($"tail of row {r}", got.RowSums[(8 * r) + 2], tail, 1e-13);
            double[][] others = [got.ForwardKl, got.GatedCe, got.HeldKl, got.ReverseGap, got.ForwardGap];
            for (int k = 0; k < others.Length; k++)
            {
                Compare.AssertRelative(
                    $"figure {k} of row {r}", got.RowSums[(8 * r) + 3 + k], tokens.Sum(t => others[k][t]), 1e-13);
            }
        }
    }
}
