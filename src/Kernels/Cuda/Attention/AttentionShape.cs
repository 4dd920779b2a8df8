using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>AttentionShape of kernels/attention.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionShape(int QueryHeads, int Group, int HeadDim, float Scale)
{
    public AttentionShape(HeadShape heads)
        : this(heads.QueryHeads, heads.Group, heads.HeadDim, (float)(1 / Math.Sqrt(heads.HeadDim)))
    {
    }
}
