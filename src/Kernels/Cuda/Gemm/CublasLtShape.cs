using System.Numerics;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>What the choice of an algorithm may depend on: two calls of one shape are computed alike.</summary>
/// <param name="Type">Type of A and B.</param>
/// <param name="TypeD">Type of D.</param>
/// <param name="AlignmentA">Bytes that A's address is a multiple of: a power of two, 256 at most.</param>
/// <param name="AlignmentBias">Of the bias, of D's type, that is added to every row; 0 without one.</param>
internal readonly record struct CublasLtShape(
    int M, int N, int K, DType Type, DType TypeD, bool ATransposed, bool BTransposed, int StrideA, int StrideB,
    int StrideD, uint AlignmentA, uint AlignmentB, uint AlignmentD, uint AlignmentBias = 0)
{
    private const ulong MostAlignment = 256;

    public static CublasLtShape Of(in GemmCall call) => new(
        call.M, call.N, call.K, call.A.Type, call.D.Type, call.A.Transposed, call.B.Transposed, call.A.Stride,
        call.B.Stride, call.D.Stride, Alignment(call.A.Address), Alignment(call.B.Address), Alignment(call.D.Address),
        call.Bias is { } bias ? Alignment(bias.Address) : 0);

    private static uint Alignment(ulong address) => 1u << BitOperations.TrailingZeroCount(address | MostAlignment);
}
