using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>attention_* of kernels/attention.cu and attention_f32.cu against the CPU backend.</summary>
internal sealed class AttentionForwardCheck(bool isBf16, params int[] headDims) : KernelCheck(
    AttentionKernel.Forward(isBf16, headDims[0]).Source, AttentionKernel.Forward(isBf16, headDims[0]).Name,
    isBf16 ? "relative L2 error of 3e-3" : "relative L2 error of 2e-6")
{
    private const double LseTolerance = 2e-6;

    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<AttentionCheckShape> shapes = AttentionCheckShape.All(trial.IsCounting, headDims);
        foreach (AttentionCheckShape shape in shapes)
            trial.Case($"{shape}", c => Try(c, new AttentionCheckProblem(shape, isBf16)), shape == shapes[^1]);
    }

    private static void Try(KernelCase one, AttentionCheckProblem p)
    {
        var kernel = AttentionKernel.Forward(p.IsBf16, p.Shape.Heads.HeadDim);
        int[] table = AttentionBlocks.OfQueries(p.Shape.Starts, kernel.Rows);
        (ulong q, ulong k, ulong v) = p.Heads(one);
        DeviceMemory y = p.Output(one, "y", p.Y.Length), lse = one.Output<float>("lse", p.Lse.Length);
        DeviceMemory blocks = one.Input<int>("blocks", table);
        one.Launch(
            kernel.Shape(table.Length / AttentionBlocks.Width, p.Shape.Heads.QueryHeads),
            p.Bytes(p.Q, p.K, p.V, p.Y) + (4L * p.Lse.Length),
            a => a.Add(q).Add(k).Add(v).Add(y).Add(lse).Add(blocks).Add(p.Arguments));
        p.Expect(one, y, p.Y, p.IsBf16 ? 3e-3 : 2e-6);
        one.ExpectWhole<float>(lse, p.Lse, LseTolerance, i => p.Place(i, p.Lse.Length));
    }
}
