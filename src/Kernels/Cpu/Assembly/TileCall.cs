using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Cpu.Assembly;

/// <summary>What an assembled kernel of a tile is called with: one pointer to it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    /// <summary>A panel of A: 32 bf16 of each of its rows, then the next 32 of each.</summary>
    public ushort* A;

    /// <summary>A panel of B: of each pair of k's the pairs of all its columns.</summary>
    public ushort* B;

    /// <summary>The tile of C, whole.</summary>
    public float* C;

    /// <summary>Bytes between rows of C.</summary>
    public nint StrideC;

    /// <summary>Steps of 32 k's; at least one.</summary>
    public nint Steps;

    /// <summary>Not 0: C is added to.</summary>
    public nint Accumulate;
}
