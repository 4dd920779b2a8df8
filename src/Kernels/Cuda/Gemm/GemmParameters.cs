using System.Runtime.InteropServices;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary><c>GemmOutput</c> of kernels/gemm.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GemmOutput(
    ulong D, ulong Bias, int M, int N, int Stride, int IsBf16, int BiasIsBf16, int IsAligned, float Alpha, float Beta)
{
    /// <summary>Neighbours in a row that kernels write together.</summary>
    private const int Neighbours = 4;

    public static GemmOutput Of(in GemmCall call) => new(
        call.D.Address, call.Bias?.Address ?? 0, call.M, call.N, call.D.Stride, Flag(call.D.Type == DType.BF16),
        Flag(call.Bias?.Type == DType.BF16), Flag(call.D.IsAligned(Neighbours * call.D.Type.Size())), call.Alpha,
        call.Beta);

    internal static int Flag(bool value) => value ? 1 : 0;
}

/// <summary><c>GemmTerm</c> of kernels/gemm_bf16.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GemmBf16Term(
    ulong A, ulong B, int K, int StrideA, int StrideB, int IsAligned, int SecondBlock, int ThirdBlock)
{
    private const int PartBytes = 16;

    public static GemmBf16Term Of(in GemmTerm term)
    {
        (GemmOperand a, GemmOperand b, int[] blocks) = (term.A, term.B, term.Blocks ?? []);

        // With several blocks, each begins where so many parts of A do.
        bool isAligned = a.IsAligned(PartBytes) && b.IsAligned(PartBytes)
            && (blocks.Length == 0 || a.FromColumn(term.K).IsAligned(PartBytes));
        return new GemmBf16Term(
            a.Address, b.Address, term.K, a.Stride, b.Stride, GemmOutput.Flag(isAligned), Begin(0), Begin(1));

        int Begin(int block) => block < blocks.Length ? blocks[block] : int.MaxValue;
    }
}

/// <summary><c>GemmF32Operand</c> of kernels/gemm_f32.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GemmF32Operand(ulong X, int Stride, int IsTransposed, int IsBf16, int IsAligned)
{
    private const int Neighbours = 4;

    public static GemmF32Operand Of(in GemmOperand x) => new(
        x.Address, x.Stride, GemmOutput.Flag(x.Transposed), GemmOutput.Flag(x.Type == DType.BF16),
        GemmOutput.Flag(x.IsAligned(Neighbours * x.Type.Size())));
}
