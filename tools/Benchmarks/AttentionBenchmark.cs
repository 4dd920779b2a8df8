using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Benchmarks;

/// <summary>
/// Attention forward and backward as a share of the FMA peak measured in the same rounds. Useful operations are counted: query-key
/// pairs that are not masked, 4 D each forward and 10 D backward.
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
            Console.WriteLine($"{options.Level}, {options.Threads} threads; times p50 (p20 .. p80); peak measured in the same rounds");
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
        int[] starts = [.. Enumerable.Range(0, documents + 1).Select(d => d * length)];
        var layout = new SequenceLayout(
            [0, tokens], starts, arena.Allocate("positions", DType.I32, tokens), arena.Allocate("keys", DType.I64, tokens));
        Tensor q = Random(arena, tokens, heads.QuerySize), dy = Random(arena, tokens, heads.QuerySize);
        Tensor k = Random(arena, tokens, heads.KeyValueSize), v = Random(arena, tokens, heads.KeyValueSize);
        Tensor y = Random(arena, tokens, heads.QuerySize), lse = Random(arena, tokens, heads.QueryHeads);
        Tensor dq = Random(arena, tokens, heads.QuerySize);
        Tensor dk = Random(arena, tokens, heads.KeyValueSize), dv = Random(arena, tokens, heads.KeyValueSize);
        double pairs = documents * (length * (length + 1.0) / 2) * heads.QueryHeads;
        double forward = 4 * pairs * heads.HeadDim, backward = 10 * pairs * heads.HeadDim, burst = 0;
        Timing[] times = Timing.Interleaved(
            options.Seconds,
            () => burst = FmaPeak<S, V>.Burst(_pool, forward),
            () => _ops.Attention(q, k, v, heads, layout, y, lse),
            () => _ops.AttentionBackward(dy, q, k, v, y, lse, heads, layout, dq, dk, dv));
        double peak = burst / times[0].P50;
        Console.WriteLine($"{documents} x {length}, heads {heads.QueryHeads}/{heads.KeyValueHeads} x {heads.HeadDim} (peak {peak / 1e9:F0} GFLOP/s)");
        Line("forward", forward, times[1], peak);
        Line("backward", backward, times[2], peak);
    }

    private void Decode(HeadShape heads, int length)
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor q = Random(arena, 1, heads.QuerySize), y = Random(arena, 1, heads.QuerySize);
        Tensor k = Random(arena, length, heads.KeyValueSize), v = Random(arena, length, heads.KeyValueSize);
        Timing time = Timing.Interleaved(options.Seconds, () => _ops.AttentionCached(q, k, v, heads, length - 1, y))[0];
        Console.WriteLine($"decode at {length}: {1e6 * time.P50:F0} us, {(k.Bytes + v.Bytes) / time.P50 / 1e9:F1} GB/s");
    }

    private static void Line(string what, double operations, Timing time, double peak) => Console.WriteLine(
        $"  {what,-9} {1e3 * time.P50:F2} ms ({1e3 * time.P20:F2} .. {1e3 * time.P80:F2})  {operations / time.P50 / 1e9:F0} GFLOP/s, "
        + $"{100 * operations / time.P50 / peak:F0} % of peak");

    private static Tensor Random(Arena arena, int rows, int columns)
    {
        Tensor x = arena.Allocate("x", DType.F32, rows, columns);
        var random = new Random(1);
        foreach (ref float value in x.Span<float>())
            value = 2 * random.NextSingle() - 1;
        return x;
    }
}
