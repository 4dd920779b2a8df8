using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>gemm_finish against the CPU, on integers.</summary>
internal sealed class GemmFinishCheck() : KernelCheck(GemmFinish.Source, GemmFinish.Kernel, "equal bits, of integers")
{
    public override void Run(KernelTrial trial)
    {
        GemmCheckShape measured = trial.IsCounting ? new(64, 256, 0) : new(4096, 4096, 0);
        foreach (GemmCheckShape shape in (GemmCheckShape[])[
            new(1, 1, 0), new(7, 63, 0, 0, 3), new(33, 64, 0, 0, 8), new(5, 130, 0, 0, 1), measured])
        {
            trial.Case($"{shape}, onto fp32", c => Try(c, shape, DType.F32, 0.5f, 2, DType.BF16));
            trial.Case($"{shape}, onto bf16", c => Try(c, shape, DType.BF16, 1, 1, DType.F32));
            trial.Case(
                $"{shape}, onto subnormal numbers",
                c => Try(c, shape, DType.F32, GemmCheckProblem.SubnormalFactor, 0, null));
            trial.Case($"{shape}", c => Try(c, shape, DType.BF16, 1, 0, null), shape == measured);
        }
    }

    private static void Try(KernelCase one, GemmCheckShape shape, DType type, float alpha, float beta, DType? bias)
    {
        var problem = new GemmCheckProblem(shape, false, false);
        var types = new GemmCheckTypes(DType.BF16, DType.BF16, type, alpha, beta, bias);
        var inputs = new GemmCheckInputs(one, shape, problem, types);
        float[] sums = problem.Sums;
        ulong address = one.Input<float>("sums", sums).Address;
        one.Launch(
            GemmFinish.Shape(shape.M, shape.N), (4L + type.Size()) * shape.M * shape.N,
            a => a.Add(address).Add(problem.StrideD).Add(GemmOutput.Of(inputs.Call)));
        inputs.Expect(sums);
    }
}
