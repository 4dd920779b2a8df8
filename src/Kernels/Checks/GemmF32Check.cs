using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;

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
                trial.Case($"{name} bf16", c => Try(c, shape, problem, DType.F32, DType.BF16, 1, 2, DType.F32));
                trial.Case($"A bf16, {name}", c => Try(c, shape, problem, DType.BF16, DType.F32, 0.5f, 0, null));
                trial.Case(
                    name, c => Try(c, shape, problem, DType.F32, DType.F32, 1, 0, null),
                    shape == shapes[^1] && !aTransposed && bTransposed);
            }
        }
    }

    private static string Stored(bool transposed) => transposed ? "transposed" : "as it is";

    private static void Try(
        KernelCase one, GemmCheckShape shape, GemmCheckProblem p, DType typeA, DType typeB, float alpha, float beta,
        DType? biasType)
    {
        DeviceMemory a = Input("a", p.A, typeA), b = Input("b", p.B, typeB), d = Input("d", p.Before, DType.F32);
        DeviceMemory? bias = biasType is { } type ? Input("bias", p.Bias, type) : null;
        GemmOperand left = p.OperandA(a.Address, typeA), right = p.OperandB(b.Address, typeB);
        var output = new GemmOperand(d.Address, DType.F32, p.StrideD);
        var call = new GemmCall(shape.M, shape.N, shape.K, left, right, output, alpha, beta)
        {
            Bias = bias is null ? null : new GemmBias(bias.Address, biasType!.Value),
        };
        long tileRows = GemmF32Shape.Launch(shape.M, 1).Grid.X, tileColumns = GemmF32Shape.Launch(1, shape.N).Grid.X;
        long bytes = (tileColumns * shape.M * shape.K * typeA.Size()) + (tileRows * shape.K * shape.N * typeB.Size())
            + (4L * shape.M * shape.N);
        one.Launch(
            GemmF32Shape.Launch(shape.M, shape.N), bytes,
            x => x.Add(GemmF32Operand.Of(left)).Add(GemmF32Operand.Of(right)).Add(shape.K).Add(GemmOutput.Of(call)));
        one.Expect<float>(d, p.After(alpha, beta, bias is not null), Tolerance.Bits);

        DeviceMemory Input(string name, float[] values, DType of) => of == DType.BF16
            ? one.Input<ushort>(name, GemmCheckProblem.ToBf16(values))
            : one.Input<float>(name, values);
    }
}
