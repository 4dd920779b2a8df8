using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>gemm_f32 against products of integers, in every way to store the operands.</summary>
internal sealed class GemmF32Check()
    : KernelCheck(GemmF32Shape.Source, GemmF32Shape.Kernel, "equal bits, of products of integers")
{
    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<GemmCheckShape> shapes = GemmCheckShape.All(trial.IsCounting);
        foreach (GemmCheckShape shape in shapes)
        {
            foreach ((bool aTransposed, bool bTransposed) in ((bool, bool)[])
                [(true, true), (true, false), (false, false), (false, true)])
            {
                var problem = new GemmCheckProblem(shape with { K2 = 0 }, aTransposed, bTransposed);
                string name = $"{shape}, A {Stored(aTransposed)}, B {Stored(bTransposed)}";
                Case($"{name} bf16", new GemmCheckTypes(DType.F32, DType.BF16, DType.F32, 1, 2, DType.F32));
                Case(
                    $"{name}, onto subnormal numbers",
                    new GemmCheckTypes(DType.F32, DType.F32, DType.F32, GemmCheckProblem.SubnormalFactor));
                Case($"A bf16, {name}", new GemmCheckTypes(DType.BF16, DType.F32, DType.BF16, 0.5f));
                Case(
                    name, new GemmCheckTypes(DType.F32, DType.F32, DType.F32),
                    shape == shapes[^1] && !aTransposed && bTransposed);

                void Case(string of, GemmCheckTypes types, bool isMeasured = false) =>
                    trial.Case(of, c => Try(c, shape with { K2 = 0 }, problem, types), isMeasured);
            }
        }
    }

    private static string Stored(bool transposed) => transposed ? "transposed" : "as it is";

    private static void Try(KernelCase one, GemmCheckShape shape, GemmCheckProblem problem, GemmCheckTypes types)
    {
        var inputs = new GemmCheckInputs(one, shape, problem, types);
        long tileRows = GemmF32Shape.Launch(shape.M, 1).Grid.X, tileColumns = GemmF32Shape.Launch(1, shape.N).Grid.X;
        long bytes = (tileColumns * shape.M * shape.K * types.A.Size())
            + (tileRows * shape.K * shape.N * types.B.Size()) + ((long)shape.M * shape.N * types.D.Size());
        one.Launch(GemmF32Shape.Launch(shape.M, shape.N), bytes, a => BuiltinGemm.AddF32(a, inputs.Call));
        inputs.Expect();
    }
}
