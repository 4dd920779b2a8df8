using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Of kernels/qknormrope.cu: a warp a token.</summary>
    private const int RopeThreads = 256, RopeTokens = 8, RopeMostDim = 256;

    protected override void QkNormRopeCore(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut,
        Tensor kOut)
    {
        CheckHeadDim(nameof(QkNormRope), heads, RopeMostDim);
        int tokens = q.Shape[0];
        if (tokens == 0)
            return;
        _faults.Positions = layout.Positions.Name;
        Launch(
            "qknormrope", KernelName.Of("qk_norm_rope", ActivationType),
            new LaunchShape(
                new Dim3(Blocks(tokens, RopeTokens), Parts(tokens, heads.QueryHeads)), new Dim3(RopeThreads)),
            Arguments().Add(q).Add(k).Add(new HeadsArgument(heads, rotary, q, k, qOut, kOut)).Add(NormArgument.Of(norm))
                .Add(rotary.Cos).Add(rotary.Sin).Add(layout.Positions).Add(tokens).Add(qOut).Add(kOut)
                .Add(_faults.Memory));
    }

    protected override void QkNormRopeBackwardCore(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary,
        SequenceLayout layout, Tensor? dQueryNorm, Tensor? dKeyNorm)
    {
        CheckHeadDim(nameof(QkNormRopeBackward), heads, RopeMostDim);
        if (q.Shape[0] == 0)
            return;
        _faults.Positions = layout.Positions.Name;
        int d = heads.HeadDim;
        (ulong starts, int chunks) = TokenChunks(layout);
        ulong partial = dQueryNorm is null && dKeyNorm is null
            ? 0
            : _scratch.Get("qk norm gradients", DType.F32, 2L * d * chunks).Address;
        Launch(
            "qknormrope", KernelName.Of("qk_norm_rope_backward", ActivationType),
            new LaunchShape(new Dim3((uint)chunks, 2), new Dim3(RopeThreads)),
            Arguments().Add(dq).Add(dk).Add(q).Add(k).Add(new HeadsArgument(heads, rotary, q, k, dq, dk))
                .Add(NormArgument.Of(norm)).Add(rotary.Cos).Add(rotary.Sin).Add(layout.Positions)
                .Add(starts).Add(partial).Add(_faults.Memory));
        AddByRows(layout, partial, 2 * d, dQueryNorm);
        AddByRows(layout, partial + (ulong)(d * sizeof(float)), 2 * d, dKeyNorm);
    }

    /// <summary><c>Heads</c> of kernels/qknormrope.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct HeadsArgument(
        int Queries, int Keys, int Dim, int Positions, int QueryStride, int KeyStride, int QueryOutStride,
        int KeyOutStride)
    {
        public HeadsArgument(HeadShape heads, RotaryTable rotary, Tensor q, Tensor k, Tensor qOut, Tensor kOut)
            : this(
                heads.QueryHeads, heads.KeyValueHeads, heads.HeadDim, rotary.Cos.Shape[0], RowStride(q), RowStride(k),
                RowStride(qOut), RowStride(kOut))
        {
        }
    }

    /// <summary><c>Norm</c> of kernels/qknormrope.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct NormArgument(WeightArgument query, WeightArgument key, float eps)
    {
        public readonly WeightArgument Query = query;
        public readonly WeightArgument Key = key;
        public readonly float Eps = eps;

        public static NormArgument Of(QkNorm? norm) => norm is null
            ? default
            : new NormArgument(WeightArgument.Of(norm.Query), WeightArgument.Of(norm.Key), norm.Eps);
    }
}
