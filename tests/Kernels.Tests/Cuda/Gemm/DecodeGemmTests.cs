using MolEngine.Kernels.Tensors;
using MolEngine.Support;
using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>Products of few tokens, by the kernels that read each weight once.</summary>
public sealed class DecodeGemmTests : IDisposable
{
    private const double Tolerance = 1e-6, Bf16Tolerance = 2.5e-3;

    private readonly GemmDevice _device = new();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 64, 1024)]
    [InlineData(7, 63, 65)]
    [InlineData(8, 33, 512)]
    [InlineData(9, 129, 1032)]
    [InlineData(16, 17, 999)]
    public void Products_are_those_of_float64(int m, int n, int k)
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            Check(new ProductKind(m, n, k, type));
            Check(new ProductKind(m, n, k, type) { Pad = 3, Beta = 1, Alpha = 0.5f, BiasType = DType.BF16, K2 = 5 });
            Check(new ProductKind(m, n, k, type) { Pad = 8, BiasType = DType.F32, K2 = 64, DType = DType.BF16 });
        }

        Check(new ProductKind(m, n, k) { BType = DType.F32, K2 = 8, IsRounded = true });
        Check(new ProductKind(m, n, k) { BType = DType.F32, Pad = 3, IsRounded = true });
        Check(new ProductKind(m, n, k, DType.F32) { BType = DType.BF16, K2 = 8 });
        Check(new ProductKind(m, n, k, DType.F32) { BType = DType.BF16, Pad = 1 });
    }

    [Fact]
    public void Orders_change_no_bit_and_perturbations_little()
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            var product = new DeviceProduct(new ProductKind(11, 70, 1500, type) { K2 = 40 });
            float[] expected = product.Run(_device, decode: true);
            using (var other = new GemmDevice(seed: 77))
                Assert.Equal(expected, product.Run(other, decode: true));
            using var perturbed = new GemmDevice(seed: 5, perturbation: 9);
            Compare.AssertRelativeL2("perturbed", product.Run(perturbed, decode: true), product.Truth(), Tolerance);
        }
    }

    /// <summary>W in whole sectors, once; x by every block of 16 rows.</summary>
    [Fact]
    public void Each_weight_is_read_once()
    {
        const int N = 128, K = 1024;
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            new DeviceProduct(new ProductKind(1, N, K, type)).Run(_device, decode: true);
            LaunchCounters counters = _device.Launches[^1].Counters;
            Assert.Equal(N / 16, counters.Blocks);
            // Lanes of bf16 that have no token read the first one's x: sectors that are there already.
            long weights = (long)N * K * type.Size() / 32;
            long x = (long)K * type.Size() / 32 * (type == DType.BF16 ? N / 16 : N);
            Assert.Equal(weights + x, counters.GlobalSectorsLoaded);
            Assert.Equal(0, counters.LocalBytes);
        }
    }

    private void Check(ProductKind kind)
    {
        var product = new DeviceProduct(kind);
        Compare.AssertRelativeL2(
            $"{kind}", product.Run(_device, decode: true), product.Truth(),
            kind.DType == DType.BF16 ? Bf16Tolerance : Tolerance);
    }
}
