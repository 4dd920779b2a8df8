using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>A kernel of decode.cu against products of integers.</summary>
internal sealed class DecodeCheck(bool isBf16)
    : KernelCheck(
        DecodeGemm.Source, isBf16 ? DecodeGemm.Bf16Kernel : DecodeGemm.F32Kernel, "equal bits, of products of integers")
{
    public override void Run(KernelTrial trial)
    {
        GemmCheckShape measured = trial.IsCounting ? new(1, 256, 1024) : new(1, 16384, 4096);
        GemmCheckShape[] shapes =
        [
            new(1, 1, 1), new(7, 63, 65, 5, 3), new(8, 31, 512, 64, 8), new(9, 40, 1000, 16, 8), new(16, 131, 33, 0, 1),
            new(3, 130, 0), measured,
        ];
        DType x = isBf16 ? DType.BF16 : DType.F32;
        foreach (GemmCheckShape shape in shapes)
        {
            var problem = new GemmCheckProblem(shape, aTransposed: false, bTransposed: true);
            Case($"{shape}, W fp32", new GemmCheckTypes(x, DType.F32, DType.F32));
            Case($"{shape}, onto bf16", new GemmCheckTypes(x, DType.BF16, DType.BF16, 2, 1, DType.F32));
            Case($"{shape}", new GemmCheckTypes(x, DType.BF16, DType.F32, 0.5f, 0, DType.BF16), shape == measured);

            void Case(string name, GemmCheckTypes types, bool isMeasured = false) =>
                trial.Case(name, c => Try(c, shape, problem, types), isMeasured);
        }
    }

    private void Try(KernelCase one, GemmCheckShape shape, GemmCheckProblem problem, GemmCheckTypes types)
    {
        var inputs = new GemmCheckInputs(one, shape, problem, types);
        // x is read by every block, in fp32 for every row of W.
        long readers = isBf16 ? DecodeGemm.Shape(shape.N).Grid.X : shape.N, depth = shape.K + shape.K2;
        long bytes = (((shape.N * types.B.Size()) + (readers * shape.M * types.A.Size())) * depth)
            + ((long)shape.M * shape.N * types.D.Size());
        one.Launch(DecodeGemm.Shape(shape.N), bytes, a => DecodeGemm.AddTo(a, inputs.Call));
        inputs.Expect();
    }
}
