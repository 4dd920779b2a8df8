using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks;

/// <summary>A kernel of gemm_bf16.cu against products of integers.</summary>
internal sealed class GemmBf16Check(bool aTransposed, bool bTransposed, bool isNarrow)
    : KernelCheck(
        GemmBf16Shape.Source, GemmBf16Shape.Of(aTransposed, bTransposed, isNarrow).Kernel,
        "equal bits, of products of integers")
{
    /// <summary>One for each way to store the operands and each tile.</summary>
    public static IEnumerable<KernelCheck> All { get; } =
    [
        .. from isNarrow in (bool[])[false, true]
           from aTransposed in (bool[])[false, true]
           from bTransposed in (bool[])[false, true]
           select new GemmBf16Check(aTransposed, bTransposed, isNarrow),
    ];

    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<GemmCheckShape> shapes = GemmCheckShape.All(trial.IsCounting);
        foreach (GemmCheckShape shape in shapes)
        {
            var problem = new GemmCheckProblem(shape, aTransposed, bTransposed);
            trial.Case($"{shape}", c => Try(c, shape, problem, DType.F32, 1, 0, null), shape == shapes[^1]);
            trial.Case($"{shape}, onto fp32", c => Try(c, shape, problem, DType.F32, 0.5f, 2, DType.BF16));
            trial.Case($"{shape}, onto bf16", c => Try(c, shape, problem, DType.BF16, 1, 1, DType.F32));
        }
    }

    private void Try(
        KernelCase one, GemmCheckShape shape, GemmCheckProblem p, DType type, float alpha, float beta, DType? biasType)
    {
        DeviceMemory d = type == DType.BF16
            ? one.Input<ushort>("d", GemmCheckProblem.ToBf16(p.Before))
            : one.Input<float>("d", p.Before);
        DeviceMemory? bias = biasType switch
        {
            DType.BF16 => one.Input<ushort>("bias", GemmCheckProblem.ToBf16(p.Bias)),
            DType.F32 => one.Input<float>("bias", p.Bias),
            _ => null,
        };
        GemmTerm first = Term("", shape.K, p.OperandA, p.A, p.OperandB, p.B);
        GemmTerm second = Term("2", shape.K2, p.OperandA2, p.A2, p.OperandB2, p.B2);
        var output = new GemmOperand(d.Address, type, p.StrideD);
        var call = new GemmCall(shape.M, shape.N, shape.K, first.A, first.B, output, alpha, beta)
        {
            Second = second,
            Bias = bias is null ? null : new GemmBias(bias.Address, biasType!.Value),
        };
        one.Launch(
            GemmBf16Shape.Of(aTransposed, bTransposed, isNarrow).Launch(shape.M, shape.N), Bytes(shape),
            a => a.Add(GemmBf16Term.Of(first.K, first.A, first.B)).Add(GemmBf16Term.Of(second.K, second.A, second.B))
                .Add(GemmOutput.Of(call)));
        float[] expected = p.After(alpha, beta, bias is not null);
        if (type == DType.BF16)
            one.Expect<ushort>(d, GemmCheckProblem.ToBf16(expected), Tolerance.Bits);
        else
            one.Expect<float>(d, expected, Tolerance.Bits);

        GemmTerm Term(
            string name, int k, Func<ulong, DType, GemmOperand> operandA, float[] a,
            Func<ulong, DType, GemmOperand> operandB, float[] b)
        {
            DeviceMemory left = one.Input<ushort>($"a{name}", GemmCheckProblem.ToBf16(a));
            DeviceMemory right = one.Input<ushort>($"b{name}", GemmCheckProblem.ToBf16(b));
            return new GemmTerm(k, operandA(left.Address, DType.BF16), operandB(right.Address, DType.BF16));
        }
    }

    /// <summary>Each tile reads its rows of A and columns of B once; fp32 results are written once.</summary>
    private long Bytes(GemmCheckShape s)
    {
        GemmBf16Shape kernel = GemmBf16Shape.Of(aTransposed, bTransposed, isNarrow);
        long tileRows = kernel.Launch(s.M, 1).Grid.X, tileColumns = kernel.Launch(1, s.N).Grid.X;
        return (2 * ((tileColumns * s.M) + (tileRows * s.N)) * (s.K + s.K2)) + (4L * s.M * s.N);
    }
}
