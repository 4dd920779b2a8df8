using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>A matrix in device memory, row-major.</summary>
/// <param name="Type">F32 or BF16.</param>
/// <param name="Stride">Elements from one stored row to the next.</param>
/// <param name="Transposed">Rows and columns are exchanged where it is used: stored [columns, rows].</param>
internal readonly record struct GemmOperand(ulong Address, DType Type, int Stride, bool Transposed = false)
{
    /// <summary>A tensor of two dimensions, whole.</summary>
    public static GemmOperand Of(Tensor x, bool transposed = false) =>
        new((ulong)x.Address, x.Type, x.Shape[1], transposed);
}

/// <summary>D [M, N] = Alpha op(A) [M, K] op(B) [K, N] + Beta D. D shares no memory with A or B.</summary>
internal readonly record struct GemmCall(
    int M, int N, int K, GemmOperand A, GemmOperand B, GemmOperand D, float Alpha = 1, float Beta = 0);

/// <summary>Matrix products on a device, queued on the backend's stream. Sums are fp32.</summary>
internal interface IGemm : IDisposable
{
    /// <summary>
    /// Queues a product. BF16 operands are multiplied by tensor cores; where one is F32, everything is done in fp32.
    /// </summary>
    void Run(in GemmCall call);
}
