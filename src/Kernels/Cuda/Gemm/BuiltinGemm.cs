using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Products by the kernels of this program: any size, the same bits every time. An element's bits depend on its row of
/// A, its column of B, and K alone.
/// </summary>
internal sealed class BuiltinGemm(CudaStream stream, CudaKernels kernels) : IGemm
{
    private readonly KernelArguments _arguments = new();

    public void Run(in GemmCall call)
    {
        if (call.M == 0 || call.N == 0)
            return;
        if (call.A.Type == DType.BF16 && call.B.Type == DType.BF16)
            RunBf16(call);
        else
            RunF32(call);
    }

    public void Dispose()
    {
    }

    internal static void AddBf16(KernelArguments arguments, in GemmCall call) => arguments
        .Add(GemmBf16Term.Of(new GemmTerm(call.K, call.A, call.B)))
        .Add(call.Second is { } second ? GemmBf16Term.Of(second) : default)
        .Add(GemmOutput.Of(call));

    internal static void AddF32(KernelArguments arguments, in GemmCall call) => arguments
        .Add(GemmF32Operand.Of(call.A)).Add(GemmF32Operand.Of(call.B)).Add(call.K).Add(GemmOutput.Of(call));

    private void RunBf16(in GemmCall call)
    {
        GemmBf16Shape shape = GemmBf16Shape.For(call);
        AddBf16(_arguments.Clear(), call);
        kernels.Get(GemmBf16Shape.Source, shape.Kernel).Launch(stream, shape.Launch(call.M, call.N), _arguments);
    }

    /// <summary>Two terms are two launches: between them D, which is fp32, is rounded as any sum is.</summary>
    private void RunF32(in GemmCall call)
    {
        if (call.Second is not null)
        {
            if (call.D.Type != DType.F32)
                throw new ArgumentException($"gemm of two terms in fp32: D: expected F32, got {call.D.Type}");
            RunF32(call with { Second = null });
            foreach (GemmCall part in call.OfSecond())
                RunF32(part with { Beta = 1 });
            return;
        }

        AddF32(_arguments.Clear(), call);
        kernels.Get(GemmF32Shape.Source, GemmF32Shape.Kernel)
            .Launch(stream, GemmF32Shape.Launch(call.M, call.N), _arguments);
    }
}
