using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// y = x W^T with W fp32 and bf16: GFLOP/s and the share of the FMA peak measured in the same rounds; blocks of
/// attention on one thread; decoding as bytes of weights a second against the read bandwidth.
/// </summary>
internal static class GemmBenchmark
{
    public static void Run(BenchmarkOptions options)
    {
        switch (options.Level)
        {
            case SimdLevel.Vector512:
                new GemmBenchmark<Vector512Simd, Vector512<float>>(options).Run();
                break;
            case SimdLevel.Vector256:
                new GemmBenchmark<Vector256Simd, Vector256<float>>(options).Run();
                break;
            default:
                new GemmBenchmark<ScalarSimd, float>(options).Run();
                break;
        }
    }
}

internal sealed unsafe class GemmBenchmark<S, V>(BenchmarkOptions options)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Projections, MLPs and heads of SmolLM2-135M and Qwen3-0.6B / 4B / 7B-like models.</summary>
    private static readonly (int M, int K, int N)[] Training =
    [
        (512, 576, 576), (512, 576, 1536), (1024, 1536, 576), (1024, 576, 64), (1024, 64, 576), (2048, 576, 1536),
        (512, 1024, 3072), (1024, 2560, 9728), (512, 12288, 4096), (512, 576, 49152), (512, 1024, 151936),
    ];

    /// <summary>Weights of a decoding step: larger than any cache together.</summary>
    private static readonly (int M, int K, int N)[] Decoding =
        [(1, 576, 49152), (1, 4096, 12288), (4, 4096, 12288), (16, 4096, 12288), (32, 4096, 12288)];

    private static readonly (int M, int K, int N)[] Blocks =
        [(64, 64, 64), (64, 64, 128), (64, 128, 64), (128, 128, 128)];

    private readonly WorkerPool _pool = new(options.Threads);
    private readonly Scratch _scratch = new();
    private readonly HostArena _arena = new("benchmark");

    public void Run()
    {
        using (_pool)
        using (_arena)
        {
            Console.WriteLine($"{options.Level}, {options.Threads} threads; p50 (p80 .. p20) of the times");
            bool own = options.Shapes.Count > 0;
            foreach ((int m, int k, int n) in own ? options.Shapes : Training)
            {
                Product(m, k, n, DType.F32);
                Product(m, k, n, DType.BF16);
            }

            foreach ((int m, int k, int n) in own ? [] : Blocks)
                Block(m, k, n);
            foreach ((int m, int k, int n) in own ? options.Shapes.Where(s => s.M <= 256) : Decoding)
            {
                Decode(m, k, n, DType.F32);
                Decode(m, k, n, DType.BF16);
            }
        }
    }

    private void Product(int m, int k, int n, DType type)
    {
        using var arena = new HostArena("product");
        GemmArguments g = Arguments(arena, m, k, n, type);
        Compare($"gemm {m} x {k} x {n} {type}", 2.0 * m * n * k, _pool, () => Gemm<S, V>.Run(_pool, _scratch, g));
    }

    private void Block(int m, int k, int n)
    {
        using var arena = new HostArena("block");
        using var one = new WorkerPool(1);
        GemmArguments g = Arguments(arena, m, k, n, DType.F32);
        const int Repeats = 100;
        float* workspace = _scratch.Get("block", Gemm<S, V>.SingleWorkspace(ProductKind.F32, m, n, k));
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            g.ATransposed = a;
            g.StrideA = a ? m : k;
            g.BRowsAreK = b;
            g.StrideB = b ? n : k;
            string what = $"block {m} x {k} x {n} A {(a ? "[K,M]" : "[M,K]")} B {(b ? "[K,N]" : "[N,K]")}";
            Compare(
                what, 2.0 * m * n * k * Repeats, one,
                () =>
                {
                    for (int i = 0; i < Repeats; i++)
                        Gemm<S, V>.RunSingle(g, workspace);
                });
        }
    }

    private void Decode(int m, int k, int n, DType type)
    {
        using var arena = new HostArena("decode");
        GemmArguments g = Arguments(arena, m, k, n, type);
        double bytes = (double)n * k * type.Size(), flops = 2.0 * m * n * k, burst = 0;
        Timing[] t = Timing.Interleaved(
            options.Seconds, () => RowDots<S, V>.Run(_pool, _scratch, [g]),
            () => ReadBandwidth<S, V>.Read(_pool, (float*)g.B, (long)bytes / sizeof(float)),
            () => burst = FmaPeak<S, V>.Burst(_pool, flops));
        double rate = bytes / t[0].P50 / 1e9, read = bytes / t[1].P50 / 1e9;
        Console.WriteLine(
            $"{$"decode {m} x {k} x {n} {type}",-44} {rate,8:F1} GB/s    ({bytes / t[0].P80 / 1e9:F1} .. "
            + $"{bytes / t[0].P20 / 1e9:F1}), {rate / read:P0} of reading {read:F1}, "
            + $"{flops / t[0].P50 / (burst / t[2].P50):P0} of the peak {burst / t[2].P50 / 1e9:F0} GFLOP/s");
    }

    private static GemmArguments Arguments(HostArena arena, int m, int k, int n, DType type)
    {
        Tensor a = arena.Allocate("a", DType.F32, m, k), b = arena.Allocate("b", type, n, k);
        Tensor c = arena.Allocate("c", DType.F32, m, n);
        var random = new Random(1);
        foreach (ref float x in a.Span<float>())
            x = random.NextSingle() - 0.5f;
        ushort* weights = (ushort*)b.Address;
        for (long i = 0; i < b.Count; i++)
        {
            if (type == DType.F32)
                ((float*)weights)[i] = 0.01f * ((i % 61) - 30);
            else
                weights[i] = (ushort)(0x3c00 + (i % 61));
        }

        return new GemmArguments
        {
            M = m,
            N = n,
            K = k,
            A = (float*)a.Address,
            StrideA = k,
            B = (void*)b.Address,
            StrideB = k,
            BType = type,
            C = (float*)c.Address,
            StrideC = n,
        };
    }

    private void Compare(string what, double operations, WorkerPool pool, Action product)
    {
        double peakOperations = 0;
        Timing[] t = Timing.Interleaved(
            options.Seconds, product,
            () => peakOperations = FmaPeak<S, V>.Burst(pool, Math.Clamp(operations, 1e7, 1e9)));
        Timing rate = t[0].Rates(operations / 1e9), peak = t[1].Rates(peakOperations / 1e9);
        Console.WriteLine(
            $"{what,-44} {rate.P50,8:F1} GFLOP/s ({rate.P80:F1} .. {rate.P20:F1}), "
            + $"peak {peak.P50:F1}: {rate.P50 / peak.P50,6:P1}, at p20 {rate.P20 / peak.P20,6:P1}");
    }
}
