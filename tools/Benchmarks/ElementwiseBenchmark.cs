using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// Passes that do little with each number, as bytes that must move (every operand read once, every result written once)
/// against the read bandwidth measured in the same rounds, over more memory than caches hold.
/// </summary>
internal static class ElementwiseBenchmark
{
    public static void Run(BenchmarkOptions options)
    {
        switch (options.Level)
        {
            case SimdLevel.Vector512:
                new ElementwiseBenchmark<Vector512Simd, Vector512<float>>(options).Run();
                break;
            case SimdLevel.Vector256:
                new ElementwiseBenchmark<Vector256Simd, Vector256<float>>(options).Run();
                break;
            default:
                new ElementwiseBenchmark<ScalarSimd, float>(options).Run();
                break;
        }
    }
}

internal sealed unsafe class ElementwiseBenchmark<S, V>(BenchmarkOptions options)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Tokens of one step: 8192 of 1024 floats are 32 MB, and every op has several such operands.</summary>
    private const int Tokens = 8192;

    private const int Hidden = 1024;

    private readonly WorkerPool _pool = new(options.Threads);
    private readonly Ops _ops = CpuBackend.Create(options.Level, options.Threads);

    public void Run()
    {
        using (_pool)
        using (_ops)
        {
            Console.WriteLine(
                $"{options.Level}, {options.Threads} threads; {Tokens} tokens of {Hidden}; p50 (p80 .. p20)");
            Norm();
            SwiGlu();
            Rope(withNorm: false);
            Rope(withNorm: true);
            AdamW();
        }
    }

    private void Norm()
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor x = Rows(arena), y = Rows(arena), dx = Rows(arena);
        Tensor weight = BenchmarkData.Uniform(arena, DType.BF16, Hidden), rstd = arena.Allocate("r", DType.F32, Tokens);
        Tensor gradient = arena.Allocate("dw", DType.F32, Hidden);
        SequenceLayout layout = BenchmarkData.Layout(arena, Tokens);
        Measure("RmsNorm", x, 2, () => _ops.RmsNorm(x, weight, 1e-6f, y, rstd));
        Measure("RmsNorm backward, frozen", x, 4, () => _ops.RmsNormBackward(y, x, weight, rstd, layout, dx, null));
        Measure("RmsNorm backward", x, 4, () => _ops.RmsNormBackward(y, x, weight, rstd, layout, dx, gradient));
    }

    private void SwiGlu()
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor gate = Rows(arena), up = Rows(arena), y = Rows(arena), dGate = Rows(arena), dUp = Rows(arena);
        Measure("SwiGlu", gate, 3, () => _ops.SwiGlu(gate, up, y));
        Measure("SwiGlu backward", gate, 6, () => _ops.SwiGluBackward(y, gate, up, dGate, dUp, y));
    }

    /// <summary>Eight heads of queries and as many of keys: two operands of Hidden floats a token.</summary>
    private void Rope(bool withNorm)
    {
        using Arena arena = _ops.CreateArena("benchmark");
        var heads = new HeadShape(8, 8, Hidden / 8);
        Tensor q = Rows(arena), k = Rows(arena), y = Rows(arena), z = Rows(arena);
        int half = heads.HeadDim / 2;
        SequenceLayout layout = BenchmarkData.Layout(arena, Tokens, documents: 8);
        var rotary = new RotaryTable(
            BenchmarkData.Uniform(arena, DType.F32, Tokens / 8, half),
            BenchmarkData.Uniform(arena, DType.F32, Tokens / 8, half));
        QkNorm? norm = withNorm
            ? new QkNorm(
                BenchmarkData.Uniform(arena, DType.BF16, heads.HeadDim),
                BenchmarkData.Uniform(arena, DType.BF16, heads.HeadDim), 1e-6f)
            : null;
        string what = withNorm ? "QkNormRope" : "QkNormRope, no norm";
        Measure(what, q, 4, () => _ops.QkNormRope(q, k, heads, norm, rotary, layout, y, z));
        Measure(
            $"{what}, backward", q, withNorm ? 6 : 4,
            () => _ops.QkNormRopeBackward(y, z, q, k, heads, norm, rotary, layout, null, null));
    }

    private void AdamW()
    {
        using Arena arena = _ops.CreateArena("benchmark");
        Tensor p = Rows(arena), g = Rows(arena), m = arena.Allocate("m", DType.F32, Tokens, Hidden);
        Tensor v = arena.Allocate("v", DType.F32, Tokens, Hidden);
        var step = new AdamWStep(1e-4, 0.9, 0.95, 1e-8, 0.1, 0.1, 0.05, 1);
        Measure("AdamW", p, 7, () => _ops.AdamW([new(p, g, m, v)], step));
    }

    private void Measure(string what, Tensor operand, int operands, Action op)
    {
        double bytes = (double)operand.Bytes * operands;
        Timing[] t = Timing.Interleaved(
            options.Seconds, op,
            () => ReadBandwidth<S, V>.Read(_pool, (float*)operand.Address, operand.Count));
        Timing rate = t[0].Rates(bytes / 1e9), read = t[1].Rates(operand.Bytes / 1e9);
        Console.WriteLine(
            $"{what,-32} {1e3 * t[0].P50,7:F2} ms {rate.P50,7:F1} GB/s ({rate.P80:F1} .. {rate.P20:F1}), "
            + $"reading {read.P50:F1}: {rate.P50 / read.P50:P0}");
    }

    private static Tensor Rows(Arena arena) => BenchmarkData.Uniform(arena, DType.F32, Tokens, Hidden);
}
