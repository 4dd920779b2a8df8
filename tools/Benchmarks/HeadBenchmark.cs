using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// The two sides of the head as a share of the FMA peak measured in the same rounds. Operations that must be done are
/// counted, with T tokens: logits 2 T H V for the base and the student, and 2 T H V more for the student's gradient.
/// </summary>
internal static class HeadBenchmark
{
    public static void Run(BenchmarkOptions options)
    {
        switch (options.Level)
        {
            case SimdLevel.Vector512:
                new HeadBenchmark<Vector512Simd, Vector512<float>>(options).Run();
                break;
            case SimdLevel.Vector256:
                new HeadBenchmark<Vector256Simd, Vector256<float>>(options).Run();
                break;
            default:
                new HeadBenchmark<ScalarSimd, float>(options).Run();
                break;
        }
    }
}

internal sealed class HeadBenchmark<S, V>(BenchmarkOptions options)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int TopN = 31;

    /// <summary>Heads of SmolLM2-135M and Qwen3-0.6B: tokens x hidden x vocabulary.</summary>
    private static readonly (int T, int H, int V)[] Heads = [(512, 576, 49152), (512, 1024, 151936)];

    private readonly WorkerPool _pool = new(options.Threads);
    private readonly Ops _ops = CpuBackend.Create(options.Level, options.Threads);

    public void Run()
    {
        using (_pool)
        using (_ops)
        {
            Console.WriteLine($"{options.Level}, {options.Threads} threads; times p50 (p20 .. p80), weights bf16");
            foreach ((int tokens, int hidden, int vocabulary) in options.Shapes.Count > 0 ? options.Shapes : Heads)
                Measure(tokens, hidden, vocabulary);
        }
    }

    private void Measure(int tokens, int hidden, int vocabulary)
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor x = BenchmarkData.Uniform(arena, DType.F32, tokens, hidden);
        Tensor weight = BenchmarkData.Uniform(arena, DType.BF16, vocabulary, hidden);
        Tensor targets = arena.Allocate("targets", DType.I32, tokens);
        for (int t = 0; t < tokens; t++)
            targets.Span<int>()[t] = (int)((long)t * 7919 % vocabulary);
        var reference = new BaseDistribution(
            arena.Allocate("top ids", DType.I32, tokens, TopN), arena.Allocate("top logits", DType.F64, tokens, TopN),
            arena.Allocate("lse", DType.F64, tokens), arena.Allocate("tail", DType.F64, tokens));
        var asked = new HeadTargets(
            targets, BenchmarkData.Uniform(arena, DType.F32, tokens), BenchmarkData.Uniform(arena, DType.F32, tokens));
        HeadResult result = HeadResult.Allocate(name => arena.Allocate(name, DType.F64, tokens));
        Tensor gradient = arena.Allocate("dx", DType.F32, tokens, hidden);
        SequenceLayout layout = BenchmarkData.Layout(arena, tokens);
        double logits = 2.0 * tokens * hidden * vocabulary, burst = 0;
        Timing[] times = Timing.Interleaved(
            options.Seconds,
            () => burst = FmaPeak<S, V>.Burst(_pool, logits),
            () => _ops.BaseTopN(x, weight, asked, reference),
            () => _ops.MolHead(x, weight, asked, reference, layout, result, gradient, null));
        double peak = burst / times[0].P50;
        Console.WriteLine($"{tokens} x {hidden} x {vocabulary} (peak {peak / 1e9:F0} GFLOP/s)");
        times[1].Print("BaseTopN", logits, peak);
        times[2].Print("MolHead", 2 * logits, peak);
    }
}
