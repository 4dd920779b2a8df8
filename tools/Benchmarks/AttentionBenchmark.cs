using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// Attention forward and backward as a share of the FMA peak measured in the same rounds. Useful operations are
/// counted: query-key pairs that are not masked, 4 D each forward and 10 D backward.
/// </summary>
internal static class AttentionBenchmark
{
    public static void Run(BenchmarkOptions options)
    {
        switch (options.Level)
        {
            case SimdLevel.Vector512:
                new AttentionBenchmark<Vector512Simd, Vector512<float>>(options).Run();
                break;
            case SimdLevel.Vector256:
                new AttentionBenchmark<Vector256Simd, Vector256<float>>(options).Run();
                break;
            default:
                new AttentionBenchmark<ScalarSimd, float>(options).Run();
                break;
        }
    }
}

internal sealed class AttentionBenchmark<S, V>(BenchmarkOptions options)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private readonly WorkerPool _pool = new(options.Threads);
    private readonly Ops _ops = CpuBackend.Create(options.Level, options.Threads);

    public void Run()
    {
        using (_pool)
        using (_ops)
        {
            Console.WriteLine($"{options.Level}, {options.Threads} threads; times p50 (p20 .. p80)");
            foreach (HeadShape heads in (HeadShape[])[new(9, 3, 64), new(16, 8, 128)])
            {
                Measure(heads, 1, 1024);
                Measure(heads, 8, 128);
                Measure(heads, 64, 16);
            }

            Decode(new HeadShape(9, 3, 64), 1024);
        }
    }

    private void Measure(HeadShape heads, int documents, int length)
    {
        using Arena arena = _ops.CreateArena("benchmark");
        int tokens = documents * length;
        SequenceLayout layout = BenchmarkData.Layout(arena, tokens, documents);
        Tensor q = Queries(), dy = Queries(), y = Queries(), dq = Queries();
        Tensor k = Keys(), v = Keys(), dk = Keys(), dv = Keys();
        Tensor lse = arena.Allocate("lse", DType.F32, tokens, heads.QueryHeads);
        double pairs = documents * (length * (length + 1.0) / 2) * heads.QueryHeads;
        double forward = 4 * pairs * heads.HeadDim, backward = 10 * pairs * heads.HeadDim, burst = 0;
        Timing[] times = Timing.Interleaved(
            options.Seconds,
            () => burst = FmaPeak<S, V>.Burst(_pool, forward),
            () => _ops.Attention(q, k, v, heads, layout, y, lse),
            () => _ops.AttentionBackward(dy, q, k, v, y, lse, heads, layout, dq, dk, dv));
        double peak = burst / times[0].P50;
        Console.WriteLine($"{documents} x {length}, {heads} (peak {peak / 1e9:F0} GFLOP/s)");
        times[1].Print("forward", forward, peak);
        times[2].Print("backward", backward, peak);

        Tensor Queries() => BenchmarkData.Uniform(arena, DType.F32, tokens, heads.QuerySize);
        Tensor Keys() => BenchmarkData.Uniform(arena, DType.F32, tokens, heads.KeyValueSize);
    }

    private void Decode(HeadShape heads, int length)
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor q = BenchmarkData.Uniform(arena, DType.F32, 1, heads.QuerySize);
        Tensor y = arena.Allocate("y", DType.F32, 1, heads.QuerySize);
        int pages = PagedLayout.PagesOf(length), elements = _ops.PageElements(heads);
        Tensor k = BenchmarkData.Uniform(arena, DType.F32, pages, elements);
        Tensor v = BenchmarkData.Uniform(arena, DType.F32, pages, elements);
        SequenceLayout token = BenchmarkData.Layout(arena, 1, 1);
        var layout = new PagedLayout(token, [length - 1], [[.. Enumerable.Range(0, pages)]]);
        Timing time = Timing.Interleaved(
            options.Seconds, () => _ops.AttentionPaged(q, k, v, heads, layout, y))[0];
        Console.WriteLine(
            $"decode at {length}: {1e6 * time.P50:F0} us, {(k.Bytes + v.Bytes) / time.P50 / 1e9:F1} GB/s");
    }
}
