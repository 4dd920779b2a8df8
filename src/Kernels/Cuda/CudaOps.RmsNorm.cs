using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Elements that a thread of kernels/rmsnorm.cu holds, as far as 1024 threads reach.</summary>
    private const int NormPerThread = 8;

    /// <summary>Most tokens of a block: beyond, reading the weight again costs nothing that counts.</summary>
    private const int NormMostTokens = 16;

    /// <summary>Threads of a multiprocessor that keep enough loads under way.</summary>
    private const int NormResidentThreads = 1024;

    protected override void RmsNormCore(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd)
    {
        if (x.Count == 0)
            return;
        LaunchShape shape = NormForwardShape(x, out int perBlock);
        Launch(
            "rmsnorm", KernelName.Of("rmsnorm", y.Type), shape,
            Arguments().Add(x).Add(WeightArgument.Of(weight)).Add(eps).Add(x.Shape[0]).Add(x.Shape[1]).Add(perBlock)
                .Add(y).Add(rstd));
    }

    protected override void AddRmsNormCore(
        Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd)
    {
        if (x.Count == 0)
            return;
        LaunchShape shape = NormForwardShape(x, out int perBlock);
        string kernel = KernelName.Of("add_rmsnorm", delta.Type) + (y.Type == delta.Type ? "" : "_f32");
        Launch(
            "rmsnorm", kernel, shape,
            Arguments().Add(x).Add(delta).Add(WeightArgument.Of(weight)).Add(eps).Add(x.Shape[0]).Add(x.Shape[1])
                .Add(perBlock).Add(sum).Add(y).Add(rstd));
    }

    protected override void RmsNormBackwardCore(
        Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight, Tensor? y,
        Tensor? rounded)
    {
        if (x.Count == 0)
            return;
        int hidden = x.Shape[1];
        (ulong starts, int chunks) = TokenChunks(layout);
        ulong partial = dWeight is null
            ? 0
            : _scratch.Get("norm gradients", DType.F32, (long)chunks * hidden).Address;
        string kernel = dy.Type == ActivationType
            ? KernelName.Of("rmsnorm_backward", dy.Type)
            : "rmsnorm_backward_f32_bf16";
        Launch(
            "rmsnorm", kernel,
            new LaunchShape(new Dim3((uint)chunks), new Dim3(NormThreads(hidden))),
            Arguments().Add(dy).Add(x).Add(WeightArgument.Of(weight)).Add(rstd).Add(starts).Add(hidden).Add(dx)
                .Add(partial).Add(y).Add(rounded));
        AddByRows(layout, partial, hidden, dWeight);
    }

    /// <summary>Threads of a block, by the hidden size alone: sums over it are taken by threads.</summary>
    internal static uint NormThreads(int hidden) => Math.Min(1024, 32 * Blocks(hidden, 32 * NormPerThread));

    private LaunchShape NormForwardShape(Tensor x, out int perBlock)
    {
        uint threads = NormThreads(x.Shape[1]);
        long resident = (long)_context.Properties.Multiprocessors * NormResidentThreads / threads;
        perBlock = (int)Math.Clamp(x.Shape[0] / resident, 1, NormMostTokens);
        return new LaunchShape(new Dim3(Blocks(x.Shape[0], perBlock)), new Dim3(threads));
    }
}
