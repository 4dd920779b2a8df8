using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>The kernels of attention's gradient against the CPU backend: terms, queries, keys and values.</summary>
internal sealed class AttentionBackwardCheck : KernelCheck
{
    private const double Bf16Tolerance = 5e-3, F32Tolerance = 5e-6, TermsTolerance = 5e-6;

    private readonly bool _isBf16;
    private readonly int[] _headDims;
    private readonly Action<KernelCase, AttentionCheckProblem> _try;

    private AttentionBackwardCheck(
        AttentionKernel kernel, bool isBf16, int[] headDims, string tolerance,
        Action<KernelCase, AttentionCheckProblem> attempt)
        : base(kernel.Source, kernel.Name, $"relative L2 error of {tolerance}") =>
        (_isBf16, _headDims, _try) = (isBf16, headDims, attempt);

    public static AttentionBackwardCheck Terms(bool isBf16) =>
        new(AttentionKernel.Terms(isBf16), isBf16, [64, 20, 128, 5], "5e-6", TryTerms);

    public static AttentionBackwardCheck Queries(bool isBf16, params int[] headDims) =>
        new(AttentionKernel.Queries(isBf16, headDims[0]), isBf16, headDims, Promised(isBf16), TryQueries);

    public static AttentionBackwardCheck Keys(bool isBf16, params int[] headDims) =>
        new(AttentionKernel.Keys(isBf16, headDims[0]), isBf16, headDims, Promised(isBf16), TryKeys);

    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<AttentionCheckShape> shapes = AttentionCheckShape.All(trial.IsCounting, _headDims);
        foreach (AttentionCheckShape shape in shapes)
            trial.Case($"{shape}", c => _try(c, new AttentionCheckProblem(shape, _isBf16)), shape == shapes[^1]);
    }

    private static string Promised(bool isBf16) => isBf16 ? "5e-3" : "5e-6";

    private static void TryTerms(KernelCase one, AttentionCheckProblem p)
    {
        var kernel = AttentionKernel.Terms(p.IsBf16);
        int tokens = p.Shape.Tokens;
        DeviceMemory y = p.Input(one, "y", p.Y), dy = p.Input(one, "dy", p.Dy), lse = one.Input<float>("lse", p.Lse);
        DeviceMemory terms = one.Output<float>("terms", 2 * p.Lse.Length);
        one.Launch(
            kernel.Shape((tokens + kernel.Rows - 1) / kernel.Rows, p.Shape.Heads.QueryHeads),
            p.Bytes(p.Y, p.Dy) + (12L * p.Lse.Length),
            a => a.Add(y).Add(dy).Add(lse).Add(terms).Add(tokens).Add(p.Arguments));
        one.ExpectWhole<float>(terms, p.Terms, TermsTolerance);
    }

    private static void TryQueries(KernelCase one, AttentionCheckProblem p)
    {
        var kernel = AttentionKernel.Queries(p.IsBf16, p.Shape.Heads.HeadDim);
        int[] table = AttentionBlocks.OfQueries(p.Shape.Starts, kernel.Rows);
        DeviceMemory blocks = one.Input<int>("blocks", table), dq = p.Output(one, "dq", p.Dq.Length);
        Launch(
            one, p, kernel.Shape(table.Length / AttentionBlocks.Width, p.Shape.Heads.QueryHeads),
            p.Bytes(p.Q, p.K, p.V, p.Dy, p.Dq), a => a.Add(dq).Add(blocks));
        p.Expect(one, dq, p.Dq, p.IsBf16 ? Bf16Tolerance : F32Tolerance);
    }

    private static void TryKeys(KernelCase one, AttentionCheckProblem p)
    {
        var kernel = AttentionKernel.Keys(p.IsBf16, p.Shape.Heads.HeadDim);
        int[] table = AttentionBlocks.OfKeys(p.Shape.Starts, kernel.Rows);
        DeviceMemory blocks = one.Input<int>("blocks", table);
        DeviceMemory both = p.Output(one, "dk and dv", p.Dk.Length + p.Dv.Length);
        ulong dv = both.Address + (ulong)(p.Shape.Heads.KeyValueSize * (p.IsBf16 ? 2 : 4));
        Launch(
            one, p, kernel.Shape(table.Length / AttentionBlocks.Width, p.Shape.Heads.KeyValueHeads),
            p.Bytes(p.Q, p.K, p.V, p.Dy, p.Dk, p.Dv), a => a.Add(both).Add(dv).Add(blocks));
        float[] expected = CheckValues.SideBySide(p.Shape.Tokens, p.Dk, p.Dv);
        p.Expect(one, both, expected, p.IsBf16 ? Bf16Tolerance : F32Tolerance);
    }

    private static void Launch(
        KernelCase one, AttentionCheckProblem p, in LaunchShape shape, long bytes,
        Func<KernelArguments, KernelArguments> addOutputs)
    {
        (ulong q, ulong k, ulong v) = p.Heads(one);
        DeviceMemory dy = p.Input(one, "dy", p.Dy), terms = one.Input<float>("terms", p.Terms);
        one.Launch(
            shape, bytes + (8L * p.Lse.Length),
            a => addOutputs(a.Add(q).Add(k).Add(v).Add(dy).Add(terms)).Add(p.Shape.Tokens).Add(p.Arguments));
    }
}
