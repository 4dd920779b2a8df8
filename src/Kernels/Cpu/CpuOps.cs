using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>
/// The CPU backend at one vector width. Every op divides its work into tasks by the problem alone, never by the number
/// of threads, so that results are the same to the bit for any number of them.
/// </summary>
internal sealed unsafe partial class CpuOps<S, V>(WorkerPool pool, SimdLevel level, ProductKind products) : Ops.Ops
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private readonly WorkerPool _pool = pool;
    private readonly Scratch _scratch = new();

    public override string Description =>
        $"cpu ({level}{InBf16}, {_pool.Workers} thread{(_pool.Workers == 1 ? "" : "s")})";

    public override DType ActivationType => DType.F32;

    public override DType ProductType => products == ProductKind.F32 ? DType.F32 : DType.BF16;

    private string InBf16 => products == ProductKind.F32 ? "" : $", bf16 by {CpuBackend.Named(products)}";

    public override long WorkspaceBytes => _scratch.Bytes;

    public override Arena CreateArena(string name, bool isOffloaded = false) => new HostArena(name);

    public override Tensor Adopt(Tensor host, Arena arena) => host;

    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination) =>
        source.CopyTo(destination.Span<T>());

    public override void Download<T>(Tensor source, Span<T> destination) =>
        source.Span<T>().CopyTo(destination);

    public override void Synchronize()
    {
        // Every op is done when it returns.
    }

    public override void Dispose()
    {
        _pool.Dispose();
        _scratch.Dispose();
    }

    private static float* F32(Tensor x) => (float*)x.Address;

    /// <summary>The first float of a row of a matrix.</summary>
    private static float* Row(Tensor x, int row) => F32(x) + row * (nint)x.Stride;
}
