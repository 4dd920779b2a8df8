using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>One answer of the heuristic, laid out as in cublasLt.h (96 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cublasLtMatmulHeuristicResult_t
{
    public cublasLtMatmulAlgo_t algo;

    /// <summary>Bytes of workspace that the algorithm needs.</summary>
    public nuint workspaceSize;

    /// <summary>The other fields hold only where it is a success.</summary>
    public cublasStatus_t state;

    /// <summary>1: the device is filled once.</summary>
    public float wavesCount;

    private readonly int _reserved0;
    private readonly int _reserved1;
    private readonly int _reserved2;
    private readonly int _reserved3;
}
