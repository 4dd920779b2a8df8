using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;
using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>
/// The built-in products against float64, and the contract that an element's bits depend on its row of A, its column of
/// B, and K alone.
/// </summary>
public sealed class BuiltinGemmTests : IDisposable
{
    /// <summary>
    /// Exact products, sums of 16 in a tensor core and fp32 between them; of fp32, sums of 64 and of those.
    /// </summary>
    private const double Tolerance = 1e-6;

    /// <summary>Rounding of results to bf16: 2^-9 relative at most, uniform in the last place.</summary>
    private const double Bf16Tolerance = 2.5e-3;

    private readonly GemmDevice _device = new();

    /// <summary>Around the edges of tiles (64, 128), of steps of k (16, 32) and of vectors.</summary>
    public static TheoryData<int, int, int> Sizes { get; } = new()
    {
        { 1, 1, 1 }, { 7, 63, 65 }, { 64, 7, 129 }, { 129, 65, 7 }, { 65, 129, 64 }, { 63, 64, 63 }, { 1, 131, 97 },
        { 127, 1, 33 }, { 3, 257, 31 }, { 130, 130, 16 },
    };

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_are_those_of_float64(int m, int n, int k)
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                Check(new ProductKind(m, n, k, type, a, b));
                Check(new ProductKind(m, n, k, type, a, b) { Pad = 3, Beta = 1, Alpha = 0.5f, BiasType = DType.BF16 });
                Check(new ProductKind(m, n, k, type, a, b) { Pad = 8, Beta = -2, BiasType = DType.F32 });
            }
        }
    }

    [Fact]
    public void Fp32_and_bf16_may_be_mixed()
    {
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            Check(new ProductKind(70, 65, 130, DType.F32, a, b) { BType = DType.BF16 });
            Check(new ProductKind(33, 130, 67, DType.BF16, a, b) { BType = DType.F32, Pad = 4 });
        }
    }

    /// <summary>The second term's sums go on where the first's end; D is rounded once.</summary>
    [Theory]
    [InlineData(65, 130, 100, 64)]
    [InlineData(30, 60, 40, 5)]
    [InlineData(20, 129, 3, 40)]
    public void Two_terms_are_one_sum(int m, int n, int k, int k2)
    {
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            foreach (int pad in new[] { 0, 1, 8 })
            {
                Check(new ProductKind(m, n, k, DType.BF16, a, b) { K2 = k2, Pad = pad, BiasType = DType.F32 });
                Check(new ProductKind(m, n, k, DType.F32, a, b) { K2 = k2, Pad = pad, Beta = 1 });
            }
        }
    }

    [Theory]
    [InlineData(70, 130, 100)]
    [InlineData(5, 64, 200)]
    [InlineData(65, 33, 17)]
    public void Results_are_rounded_to_bf16_once(int m, int n, int k)
    {
        foreach ((int pad, float beta) in new[] { (0, 0f), (0, 1f), (4, 0f), (5, 1f) })
        {
            var kind = new ProductKind(m, n, k)
            {
                DType = DType.BF16,
                Pad = pad,
                Beta = beta,
                BiasType = DType.F32,
                K2 = 16,
            };
            var product = new DeviceProduct(kind);
            float[] rounded = product.Run(_device);
            float[] exact = new DeviceProduct(kind with { DType = DType.F32 }).Run(_device);
            Compare.AssertRelativeL2($"{kind}", rounded, product.Truth(), Bf16Tolerance);
            if (beta == 0)
                Assert.Equal(Array.ConvertAll(exact, x => Bf16.Widen(Bf16.Round(x))), rounded);
        }
    }

    /// <summary>Chunks of k keep the error of long sums that of pairwise summation.</summary>
    [Fact]
    public void Long_sums_of_fp32_are_accurate()
    {
        var product = new DeviceProduct(new ProductKind(9, 20, 4099, DType.F32));
        Compare.AssertRelativeL2("K 4099", product.Run(_device), product.Truth(), 4e-7);
    }

    [Fact]
    public void An_empty_sum_is_zero()
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
            Assert.All(new DeviceProduct(new ProductKind(3, 70, 0, type)).Run(_device), x => Assert.Equal(0, x));
    }

    /// <summary>The same row among 130 and alone, in other tiles, off the 16-byte grid: one sum, one order.</summary>
    [Theory]
    [InlineData(DType.BF16, 200, 100)]
    [InlineData(DType.BF16, 64, 300)]
    [InlineData(DType.F32, 200, 100)]
    public void A_row_does_not_depend_on_the_others(DType type, int n, int k)
    {
        foreach (bool transposed in new[] { false, true })
        {
            var kind = new ProductKind(130, n, k, type, BTransposed: transposed);
            var product = new DeviceProduct(kind);
            float[] all = product.Run(_device);
            foreach (int row in new[] { 0, 63, 64, 129 })
                Assert.Equal(all[(row * n)..((row + 1) * n)], product.Run(_device, row, 1));
            Assert.Equal(all[(20 * n)..(87 * n)], product.Run(_device, 20, 67));
            Assert.Equal(all, new DeviceProduct(kind with { Pad = 1 }).Run(_device));
        }
    }

    /// <summary>Neither the order of warps nor what tensor cores may do in the last place is relied on.</summary>
    [Fact]
    public void Orders_change_no_bit_and_perturbations_little()
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            var product = new DeviceProduct(new ProductKind(130, 140, 100, type) { K2 = 40 });
            float[] expected = product.Run(_device);
            Assert.Equal(expected, product.Run(_device));
            using (var other = new GemmDevice(seed: 77))
                Assert.Equal(expected, product.Run(other));
            using var perturbed = new GemmDevice(seed: 5, perturbation: 9);
            Compare.AssertRelativeL2("perturbed", product.Run(perturbed), product.Truth(), Tolerance);
        }
    }

    /// <summary>
    /// Each tile copies its rows of A and columns of B once, in whole sectors; D is written once; no bank is met twice.
    /// </summary>
    [Theory]
    [InlineData(256, 384, 160, 128)]
    [InlineData(256, 64, 160, 64)]
    public void Bf16_moves_what_tiles_must_move(int m, int n, int k, int tile)
    {
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            foreach (DType d in new[] { DType.F32, DType.BF16 })
            {
                new DeviceProduct(new ProductKind(m, n, k, DType.BF16, a, b) { DType = d }).Run(_device);
                LaunchCounters counters = _device.Launches[^1].Counters;
                long tiles = m / tile * (n / tile), loaded = tiles * 2 * tile * k * 2, stored = (long)m * n * d.Size();
                Assert.Equal(tiles, counters.Blocks);
                Assert.Equal((loaded, loaded / 32), (counters.GlobalBytesLoaded, counters.GlobalSectorsLoaded));
                Assert.Equal((stored, stored / 32), (counters.GlobalBytesStored, counters.GlobalSectorsStored));
                Assert.Equal(0, counters.SharedBankConflicts);
                Assert.Equal(2L * m * n * k, counters.TensorOperations);
                Assert.Equal(0, counters.LocalBytes);
            }
        }
    }

    [Fact]
    public void Fp32_moves_what_tiles_must_move()
    {
        const int M = 128, N = 256, K = 96;
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            new DeviceProduct(new ProductKind(M, N, K, DType.F32, a, b)).Run(_device);
            LaunchCounters counters = _device.Launches[^1].Counters;
            const long Tiles = M / 64 * (N / 128), Loaded = Tiles * (64 + 128) * K * 4, Stored = M * N * 4L;
            Assert.Equal((Loaded, Loaded / 32), (counters.GlobalBytesLoaded, counters.GlobalSectorsLoaded));
            Assert.Equal((Stored, Stored / 32), (counters.GlobalBytesStored, counters.GlobalSectorsStored));
            Assert.Equal(0, counters.SharedBankConflicts);
            Assert.True(counters.Float32Operations >= 2L * M * N * K);
            Assert.Equal(0, counters.LocalBytes);
        }
    }

    private void Check(ProductKind kind)
    {
        var product = new DeviceProduct(kind);
        Compare.AssertRelativeL2($"{kind}", product.Run(_device), product.Truth(), Tolerance);
    }
}
