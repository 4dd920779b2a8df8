using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// C[M, N] (=|+=) A B with sums in fp32, of operands as <see cref="Kind"/> says. A is stored [M, K], or [K, M] where
/// ATransposed; B is stored [N, K] (a linear layer's weight), or [K, N] where BRowsAreK; B may be bf16, widened while
/// packing. Strides in elements. An element of C is a sum over k whose order depends on K alone: not on M, N, its
/// place, or the number of threads.
/// </summary>
internal unsafe struct GemmArguments
{
    public int M, N, K;
    public float* A;
    public nint StrideA;
    public bool ATransposed;
    public void* B;
    public nint StrideB;
    public bool BRowsAreK;
    public DType BType;
    public float* C;
    public nint StrideC;
    public bool Accumulate;
    public ProductKind Kind;
}
