using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// An algorithm that the heuristic chose, opaque. The same bytes given again repeat a product to the bit, with the same
/// version of the library on the same device.
/// </summary>
[InlineArray(8)]
public struct cublasLtMatmulAlgo_t
{
    private ulong _data;
}
