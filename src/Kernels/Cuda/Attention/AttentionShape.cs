using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>AttentionShape of kernels/attention.cuh: strides are elements from a token to the next.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionShape(
    int QueryHeads, int Group, int HeadDim, float Scale, int QueryStride, int KeyStride, int ValueStride,
    int QueryGradientStride, int KeyGradientStride, int ValueGradientStride)
{
    /// <summary>Everything dense.</summary>
    public AttentionShape(HeadShape heads)
        : this(
            heads.QueryHeads, heads.Group, heads.HeadDim, (float)(1 / Math.Sqrt(heads.HeadDim)), heads.QuerySize,
            heads.KeyValueSize, heads.KeyValueSize, heads.QuerySize, heads.KeyValueSize, heads.KeyValueSize)
    {
    }

    public static AttentionShape Of(HeadShape heads, Tensor q, Tensor k, Tensor v) => new AttentionShape(heads) with
    {
        QueryStride = Stride(q),
        KeyStride = Stride(k),
        ValueStride = Stride(v),
    };

    public AttentionShape WithGradients(Tensor dq, Tensor dk, Tensor dv) => this with
    {
        QueryGradientStride = Stride(dq),
        KeyGradientStride = Stride(dk),
        ValueGradientStride = Stride(dv),
    };

    private static int Stride(Tensor x) => checked((int)x.Stride);
}
