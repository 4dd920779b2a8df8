using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

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
        // Blocks of a second term are whole wide tiles, and its A lies as it is.
        IEnumerable<GemmCheckShape> blocks = aTransposed || isNarrow
            ? []
            : [new(130, 385, 40, 24, 8) { Blocks = [128, 256] }, new(3, 256, 7, 5, 1) { Blocks = [128] }];
        IReadOnlyList<GemmCheckShape> all = GemmCheckShape.All(trial.IsCounting);
        GemmCheckShape[] shapes = [.. all.SkipLast(1), .. blocks, all[^1]];
        foreach (GemmCheckShape shape in shapes)
        {
            var problem = new GemmCheckProblem(shape, aTransposed, bTransposed);
            Case($"{shape}, onto fp32", new GemmCheckTypes(DType.BF16, DType.BF16, DType.F32, 0.5f, 2, DType.BF16));
            Case($"{shape}, onto bf16", new GemmCheckTypes(DType.BF16, DType.BF16, DType.BF16, 1, 1, DType.F32));
            Case(
                $"{shape}, onto subnormal numbers",
                new GemmCheckTypes(DType.BF16, DType.BF16, DType.F32, GemmCheckProblem.SubnormalFactor));
            Case($"{shape}", new GemmCheckTypes(DType.BF16, DType.BF16, DType.F32), shape == shapes[^1]);

            void Case(string name, GemmCheckTypes types, bool isMeasured = false) =>
                trial.Case(name, c => Try(c, shape, problem, types), isMeasured);
        }
    }

    private void Try(KernelCase one, GemmCheckShape shape, GemmCheckProblem problem, GemmCheckTypes types)
    {
        var inputs = new GemmCheckInputs(one, shape, problem, types);
        one.Launch(
            GemmBf16Shape.Of(aTransposed, bTransposed, isNarrow).Launch(shape.M, shape.N), Bytes(shape),
            a => BuiltinGemm.AddBf16(a, inputs.Call));
        inputs.Expect();
    }

    /// <summary>Each tile reads its rows of A and columns of B once; fp32 results are written once.</summary>
    private long Bytes(GemmCheckShape s)
    {
        GemmBf16Shape kernel = GemmBf16Shape.Of(aTransposed, bTransposed, isNarrow);
        long tileRows = kernel.Launch(s.M, 1).Grid.X, tileColumns = kernel.Launch(1, s.N).Grid.X;
        return (2 * ((tileColumns * s.M) + (tileRows * s.N)) * (s.K + s.K2)) + (4L * s.M * s.N);
    }
}
