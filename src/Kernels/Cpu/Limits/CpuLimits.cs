using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Limits;

/// <summary>What a processor gives at most, as it was measured.</summary>
/// <param name="Flops">Floating-point operations a second, of fused multiply-adds in fp32 on all threads.</param>
/// <param name="ReadBandwidth">Bytes a second that all threads read from memory.</param>
public sealed unsafe record CpuLimits(double Flops, double ReadBandwidth)
{
    private const long ReadBytes = 256L << 20;
    private const double BurstFlops = 1e9;
    private const int Rounds = 15;

    /// <summary>Measures the processor at hand: takes about half a second, and 256 MiB.</summary>
    /// <param name="threads">Threads that work at the same time; at least 1.</param>
    /// <returns>Medians of 15 rounds.</returns>
    public static CpuLimits Measure(int threads)
    {
        using var pool = new WorkerPool(threads);
        return SimdLevels.Best switch
        {
            SimdLevel.Vector512 => Measure<Vector512Simd, Vector512<float>>(pool),
            SimdLevel.Vector256 => Measure<Vector256Simd, Vector256<float>>(pool),
            _ => Measure<ScalarSimd, float>(pool),
        };
    }

    private static CpuLimits Measure<S, V>(WorkerPool pool)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int Floats = (int)(ReadBytes / sizeof(float));
        float* memory = (float*)NativeMemory.Alloc((nuint)ReadBytes);
        try
        {
            // Pages that nobody wrote to are all the same one.
            new Span<float>(memory, Floats).Fill(1);
            return new CpuLimits(
                Rate(() => FmaPeak<S, V>.Burst(pool, BurstFlops)),
                Rate(() =>
                {
                    ReadBandwidth<S, V>.Read(pool, memory, Floats);
                    return ReadBytes;
                }));
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    private static double Rate(Func<double> work)
    {
        work();
        var rates = new double[Rounds];
        for (int i = 0; i < rates.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            double done = work();
            rates[i] = done / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(rates);
        return rates[Rounds / 2];
    }
}
