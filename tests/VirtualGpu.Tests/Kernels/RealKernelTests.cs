using MolEngine.Basics.Numerics;
using MolEngine.Support;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests.Kernels;

/// <summary>
/// Whole kernels as compilers make them: right, free of races, and with counters that were derived by hand.
/// </summary>
public sealed class RealKernelTests
{
    [Theory]
    [MemberData(nameof(CudaCompilers.All), MemberType = typeof(CudaCompilers))]
    public void Matrix_product_with_mma_and_asynchronous_copies(string compiler)
    {
        const int M = 128, N = 192, K = 160;
        const int Tiles = M / 64 * (N / 64), Steps = K / 32;
        const int SharedBytes = 3 * 128 * 64;
        ushort[] a = BFloat16s(M * K, 1), b = BFloat16s(N * K, 2);
        using var gpu = new Gpu(CudaCompilers.Ptx(compiler, "gemm"));
        ulong c = gpu.Allocate(M * N * 4, "c");
        LaunchCounters counters = gpu.Run(
            "gemm", (N / 64, M / 64, 1), (128, 1, 1), SharedBytes, c, gpu.Upload<ushort>(a, "a"),
                gpu.Upload<ushort>(b, "b"),
            (ulong)N, (ulong)K);

        double[] truth = new double[M * N];
        for (int i = 0; i < truth.Length; i++)
        {
            for (int k = 0; k < K; k++)
                truth[i] += (double)Float(a[(i / N * K) + k]) * Float(b[(i % N * K) + k]);
        }

        Compare.AssertRelativeL2("C", gpu.Download<float>(c, M * N), truth, 1e-6);
        Assert.Equal(2L * M * N * K, counters.TensorOperations);
        // Every tile reads 64 rows of A and of B once, in whole sectors; C is written once.
        Assert.Equal(Tiles * 128L * K * 2, counters.GlobalBytesLoaded);
        Assert.Equal(Tiles * 128L * K * 2 / 32, counters.GlobalSectorsLoaded);
        Assert.Equal(M * N * 4L, counters.GlobalBytesStored);
        // Eight bytes a lane: four lanes make a sector.
        Assert.Equal(M * N * 4L / 32, counters.GlobalSectorsStored);
        // 4 warps, 16 products and 2 + 4 matrix loads for each half step.
        Assert.Equal(Tiles * Steps * 4L * 16, counters.Warp(InstructionClass.Matrix));
        Assert.Equal(Tiles * Steps * 4L * 2 * 6, counters.Warp(InstructionClass.MatrixLoad));
        Assert.Equal(Tiles * Steps * 4L, counters.Barriers);
        // The swizzle is what this is for.
        Assert.Equal(0, counters.SharedBankConflicts);
        Assert.Equal(Tiles, counters.Blocks);
    }

    [Theory]
    [MemberData(nameof(CudaCompilers.All), MemberType = typeof(CudaCompilers))]
    public void Sums_of_rows(string compiler)
    {
        const int Rows = 5, N = 1000, Threads = 256;
        float[] x = Floats(Rows * N, 3);
        using var gpu = new Gpu(CudaCompilers.Ptx(compiler, "rows"));
        ulong y = gpu.Allocate(Rows * 4, "y");
        LaunchCounters counters = gpu.Run("row_sums", Rows, Threads, y, gpu.Upload<float>(x, "x"), N);
        double[] truth = [.. x.Chunk(N).Select(r => r.Sum(v => (double)v))];
        Compare.AssertRelativeL2("sums", gpu.Download<float>(y, Rows), truth, 1e-6);
        Assert.Equal(Rows * N * 4L, counters.GlobalBytesLoaded);
        // Rows start at multiples of 4,000 bytes, 125 sectors each.
        Assert.Equal(Rows * 125, counters.GlobalSectorsLoaded);
        Assert.Equal(Rows * 4L, counters.GlobalBytesStored);
        Assert.Equal(Rows * Threads / 32L, counters.Barriers);
        // Eight warps write a part each; one warp reads eight.
        Assert.Equal(Rows * 8 * 4L, counters.SharedBytesStored);
        Assert.Equal(Rows * 8 * 4L, counters.SharedBytesLoaded);
        Assert.Equal(Rows * (5 * 8 + 5L), counters.Warp(InstructionClass.WarpExchange));
    }

    [Theory]
    [MemberData(nameof(CudaCompilers.All), MemberType = typeof(CudaCompilers))]
    public void Softmax_of_rows(string compiler)
    {
        const int Rows = 8, N = 777;
        float[] x = Floats(Rows * N, 4, 20);
        foreach (ulong? perturbation in new ulong?[] { null, 1, 2 })
        {
            var options = new LaunchOptions { PerturbationSeed = perturbation };
            using var gpu = new Gpu(CudaCompilers.Ptx(compiler, "rows"), options: options);
            ulong y = gpu.Allocate(Rows * N * 4, "y");
            LaunchCounters counters = gpu.Run("softmax", Rows / 4, 128, y, gpu.Upload<float>(x, "x"), N);
            double[] truth = [.. x.Chunk(N).SelectMany(Softmax)];
            Compare.AssertRelativeL2("softmax", gpu.Download<float>(y, Rows * N), truth, 3e-6);
            // x is read twice.
            Assert.Equal(2 * Rows * N * 4L, counters.GlobalBytesLoaded);
            Assert.Equal(Rows * N * 4L, counters.GlobalBytesStored);
        }
    }

    [Theory]
    [MemberData(nameof(CudaCompilers.All), MemberType = typeof(CudaCompilers))]
    public void Transposition(string compiler)
    {
        const int Rows = 70, Columns = 96;
        float[] x = Floats(Rows * Columns, 5);
        using var gpu = new Gpu(CudaCompilers.Ptx(compiler, "rows"));
        ulong y = gpu.Allocate(Rows * Columns * 4, "y");
        LaunchCounters counters = gpu.Run(
            "transpose", (Columns / 32, 3, 1), (32, 8, 1), 0, y, gpu.Upload<float>(x, "x"), Rows, Columns);
        float[] got = gpu.Download<float>(y, Rows * Columns);
        for (int i = 0; i < got.Length; i++)
            Assert.Equal(x[(i % Rows * Columns) + (i / Rows)], got[i]);
        Assert.Equal(0, counters.SharedBankConflicts);
        // Reads are whole sectors: rows of 384 bytes.
        Assert.Equal(Rows * Columns * 4L / 32, counters.GlobalSectorsLoaded);
        // Rows of 280 bytes: each part of one by a warp touches what it overlaps.
        long sectors = 0;
        for (int row = 0; row < Columns; row++)
        {
            for (int start = 0; start < Rows; start += 32)
            {
                int first = ((row * Rows) + start) * 4, last = ((row * Rows) + Math.Min(start + 32, Rows)) * 4 - 1;
                sectors += (last / 32) - (first / 32) + 1;
            }
        }

        Assert.Equal(sectors, counters.GlobalSectorsStored);
    }

    private static double[] Softmax(float[] row)
    {
        double most = row.Max();
        double[] powers = [.. row.Select(v => Math.Exp(v - most))];
        double sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }

    private static float[] Floats(int count, ulong seed, float scale = 1) =>
        [.. Enumerable.Range(0, count).Select(i => scale * (((SplitMix64.At(seed, (ulong)i) >> 40) / 8388608f) - 1))];

    private static ushort[] BFloat16s(int count, ulong seed) =>
        [.. Floats(count, seed).Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16))];

    private static float Float(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
