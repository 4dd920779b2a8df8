using System.Runtime.InteropServices;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary><c>Weights</c> of kernels/quads.cuh: a vector of weights as stored, or none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct WeightArgument(ulong address, DType type)
{
    public readonly ulong Address = address;
    public readonly int IsBf16 = type == DType.BF16 ? 1 : 0;

    public static WeightArgument Of(Tensor? weight) =>
        weight is null ? default : new WeightArgument((ulong)weight.Address, weight.Type);
}
