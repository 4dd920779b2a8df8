using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>What attention gave, forward and backward, on the host.</summary>
internal sealed record AttentionResults(float[] Y, float[] Lse, float[] Dq, float[] Dk, float[] Dv)
{
    /// <summary>Each with its name and its width for one token.</summary>
    public IEnumerable<(string Name, float[] Values, int Width)> All(HeadShape heads) =>
    [
        ("y", Y, heads.QuerySize), ("lse", Lse, heads.QueryHeads), ("dq", Dq, heads.QuerySize),
        ("dk", Dk, heads.KeyValueSize), ("dv", Dv, heads.KeyValueSize),
    ];

    /// <summary>Relative L2 errors within what is allowed.</summary>
    public void AssertClose(AttentionOracle truth, double forward, double lse, double gradient)
    {
        Compare.AssertRelativeL2("y", Y, truth.Y, forward);
        Compare.AssertRelativeL2("lse", Lse, truth.Lse, lse);
        Compare.AssertRelativeL2("dq", Dq, truth.Dq, gradient);
        Compare.AssertRelativeL2("dk", Dk, truth.Dk, gradient);
        Compare.AssertRelativeL2("dv", Dv, truth.Dv, gradient);
    }

    /// <summary>Equal to the bit.</summary>
    public void AssertSameBits(AttentionResults other, HeadShape heads)
    {
        foreach (((string name, float[] mine, _), (_, float[] theirs, _)) in All(heads).Zip(other.All(heads)))
            AttentionProblem.AssertSameBits(name, mine, theirs);
    }
}
