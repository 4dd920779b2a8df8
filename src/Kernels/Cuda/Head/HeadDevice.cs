using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Cuda.Memory;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>What the head's passes need of the backend; everything is queued on its stream.</summary>
internal sealed class HeadDevice(
    KernelQueue queue, DeviceScratch scratch, StagedCopies copies, IGemm gemm, HeadSizes sizes)
{
    public const int Threads = 256;

    private const int Warps = Threads / 32;

    public CudaStream Stream => queue.Stream;

    public DeviceScratch Scratch => scratch;

    public StagedCopies Copies => copies;

    public IGemm Gemm => gemm;

    public HeadSizes Sizes => sizes;

    /// <summary>Sums over the tails of a block's tokens, before the first tile.</summary>
    public DeviceMemory Tails(int tokens)
    {
        DeviceMemory tails = scratch.Get("head tails", DType.F64, 2L * tokens);
        queue.Stream.Zero(tails.Address, (nuint)tokens * 16);
        return tails;
    }

    /// <summary>Queues a kernel that has a block for each token.</summary>
    /// <param name="arguments">Adds them, and says of the bytes that no tensor among them stands for.</param>
    public void BlockEach(string source, string kernel, int tokens, Action<KernelArguments> arguments) =>
        Launch(source, kernel, new LaunchShape(new Dim3((uint)tokens), new Dim3(Threads)), arguments);

    /// <summary>Queues a kernel that has a warp for each token.</summary>
    public void WarpEach(string source, string kernel, int tokens, Action<KernelArguments> arguments) =>
        Launch(source, kernel, LaunchShape.Covering(tokens, Warps) with { Block = new Dim3(Threads) }, arguments);

    /// <summary>Queues an elementwise kernel.</summary>
    public void Cover(string source, string kernel, long count, int perThread, Action<KernelArguments> arguments) =>
        Launch(source, kernel, LaunchShape.Covering(count, Threads, perThread), arguments);

    private void Launch(string source, string kernel, in LaunchShape shape, Action<KernelArguments> arguments)
    {
        KernelArguments added = queue.Arguments();
        arguments(added);
        queue.Launch(source, kernel, shape, added);
    }
}
