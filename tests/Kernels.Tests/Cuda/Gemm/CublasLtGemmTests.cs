using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;
using MolEngine.Kernels.Tests.Interop;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>Products by a cuBLASLt that takes its descriptors at their word.</summary>
public sealed class CublasLtGemmTests : IDisposable
{
    private const double Tolerance = 1e-6, Bf16Tolerance = 2.5e-3;

    private readonly ExecutingCublasLt _library;
    private readonly GemmDevice _device;

    public CublasLtGemmTests()
    {
        ExecutingCublasLt? library = null;
        _device = new GemmDevice(make: (stream, kernels) =>
            new CublasLtGemm(stream, kernels, library = new ExecutingCublasLt(stream.Context.Driver)));
        _library = library!;
    }

    public static TheoryData<int, int, int> Sizes { get; } = new()
    {
        { 1, 1, 1 }, { 5, 3, 7 }, { 20, 33, 16 }, { 40, 9, 31 },
    };

    public void Dispose()
    {
        _device.Dispose();
        Assert.Equal(0, _library.Alive);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_are_those_of_float64(int m, int n, int k)
    {
        foreach (DType type in new[] { DType.BF16, DType.F32 })
        {
            foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                Check(new ProductKind(m, n, k, type, a, b));
                Check(new ProductKind(m, n, k, type, a, b) { Pad = 3, Beta = 1, Alpha = 0.5f });
                Check(new ProductKind(m, n, k, type, a, b) { Pad = 1, Beta = -2, DType = type });
            }
        }

        Assert.Equal(2 * 4 * 3, _library.Products.Count);
        Assert.All(_library.Products, p => Assert.Equal((n, m, k), (p.M, p.N, p.K)));
        Assert.Empty(_device.Launches);
    }

    /// <summary>
    /// An addend goes into D first; what would then be rounded twice, or has a bias of another type than D, is summed
    /// in fp32 and finished.
    /// </summary>
    [Fact]
    public void Second_terms_and_biases_are_added()
    {
        foreach ((bool a, bool b) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            foreach (DType d in new[] { DType.F32, DType.BF16 })
            {
                var kind = new ProductKind(30, 21, 17, DType.BF16, a, b) { DType = d, K2 = 6, Pad = 2 };
                Check(kind);
                Check(kind with { Beta = 1 });
                Check(kind with { BiasType = DType.BF16, Alpha = 2, Beta = 1 });
                Check(kind with { K2 = 0, BiasType = DType.F32 });
            }
        }

        // Onto fp32 that with a bias of bf16; onto bf16 all three that are added to D or have a bias.
        Assert.Equal(4 * (1 + 3), _device.Launches.Count(l => l.Kernel == "gemm_finish"));
    }

    /// <summary>Beside an addend, and each product with its own of the same shape.</summary>
    [Fact]
    public void A_bias_of_the_results_type_is_the_librarys()
    {
        foreach (DType d in new[] { DType.F32, DType.BF16 })
        {
            var kind = new ProductKind(30, 21, 17) { DType = d, BiasType = d, Pad = 2 };
            Check(kind);
            Check(kind with { Seed = 2, Alpha = 0.5f });
            Check(kind with { K2 = 6 });
            Check(kind with { Beta = 1 });
            Check(kind);
        }

        Assert.Empty(_device.Launches);
        Assert.Equal(2 * 5, _library.Biases);
        Assert.Equal(2 * 6, _library.Products.Count);
    }

    /// <summary>Each block of columns with its own columns of the second A; then the first term onto all.</summary>
    [Fact]
    public void Blocks_of_a_second_term_are_products_of_their_own()
    {
        var kind = new ProductKind(5, 512, 24) { K2 = 8, Blocks = [128, 384], DType = DType.BF16, Pad = 3 };
        Check(kind);
        Check(kind with { DType = DType.F32, Beta = 1, BiasType = DType.BF16 });
        Assert.Equal(
            Enumerable.Repeat(((int, int, int)[])[(128, 5, 8), (256, 5, 8), (128, 5, 8), (512, 5, 24)], 2)
                .SelectMany(p => p),
            _library.Products.Select(p => ((int)p.M, (int)p.N, (int)p.K)));
    }

    /// <summary>With an adapter of zeros, and without one: the same bits.</summary>
    [Fact]
    public void A_second_term_of_zeros_changes_nothing()
    {
        var kind = new ProductKind(30, 21, 17) { DType = DType.BF16 };
        float[] plain = new DeviceProduct(kind).Run(_device);
        var product = new DeviceProduct(kind with { K2 = 6 });
        product.B2.AsSpan().Clear();
        Array.Copy(new DeviceProduct(kind).A, product.A, product.A.Length);
        Array.Copy(new DeviceProduct(kind).B, product.B, product.B.Length);
        Assert.Equal(plain, product.Run(_device));
    }

    /// <summary>Slices of 256 rows or more join, op(A) cut along its rows however it is stored.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Slices_of_rows_join(bool aTransposed)
    {
        const int N = 1 << 14;
        var kind = new ProductKind(300, N, 2, DType.BF16, aTransposed);
        Check(kind with { DType = DType.BF16, K2 = 1, Pad = 1, BiasType = DType.F32 });
        Assert.Equal([(N, 256, 1), (N, 256, 2), (N, 44, 1), (N, 44, 2)],
            _library.Products.Select(p => ((int)p.M, (int)p.N, (int)p.K)));
    }

    [Fact]
    public void A_shape_keeps_its_algorithm()
    {
        var kind = new ProductKind(9, 8, 10);
        var product = new DeviceProduct(kind);
        float[] first = product.Run(_device);
        new DeviceProduct(kind with { K = 11 }).Run(_device);
        Assert.Equal(first, product.Run(_device));
        Assert.Equal([1ul, 2, 1], _library.Products.Select(p => p.Algorithm));
        Assert.Equal(2, _library.Heuristics);
    }

    [Fact]
    public void What_the_library_has_not_is_done_by_the_program()
    {
        Check(new ProductKind(9, 8, 10, DType.F32) { BType = DType.BF16 });
        Check(new ProductKind(9, 8, 0));
        _library.Unsupported = cudaDataType_t.CUDA_R_16BF;
        Check(new ProductKind(9, 8, 10));
        Assert.Empty(_library.Products);
        Assert.Equal(
            ["gemm_f32", "gemm_bf16_nt_narrow", "gemm_bf16_nt_narrow"], _device.Launches.Select(l => l.Kernel));
    }

    /// <summary>
    /// Whatever call fails: every native object is released, once. A library that does not start is an error, one that
    /// fails later is told and replaced; a strict driver's own report passes.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_leaks_whichever_call_fails(bool throws)
    {
        var whole = new FaultPlan();
        MultiplyOnce(whole);
        for (int n = 0; n < whole.Calls.Count; n++)
        {
            var plan = new FaultPlan { FailAt = n, Throws = throws };
            Exception? e = Record.Exception(() => MultiplyOnce(plan));
            Assert.True(plan.Live.Count == 0, $"{whole.Calls[n]}: left alive: {string.Join(", ", plan.Live)}");
            Assert.Empty(plan.Mistakes);
            if (!whole.Calls[n].StartsWith("cublasLt", StringComparison.Ordinal) || whole.Calls[n].EndsWith("Destroy"))
                continue;
            if (throws)
                Assert.IsType<FaultPlan.StrictException>(e);
            else if (whole.Calls[n] == nameof(ICublasLt.cublasLtCreate))
                Assert.IsType<CudaException>(e);
            else
                Assert.True(e is null && plan.Calls.Contains("cuLaunchKernel"), $"{whole.Calls[n]}: {e}");
        }
    }

    private static void MultiplyOnce(FaultPlan plan)
    {
        using var context = CudaContext.Create(new FakeDriver(plan), 0);
        using var stream = new CudaStream(context);
        using var kernels = new CudaKernels(context, KernelImages.Carried);
        using var gemm = new CublasLtGemm(stream, kernels, new FakeCublasLt(plan));
        var operand = new GemmOperand(4096, DType.F32, 2);
        gemm.Run(new GemmCall(2, 2, 2, operand, operand, operand));
    }

    private void Check(ProductKind kind)
    {
        var product = new DeviceProduct(kind);
        Compare.AssertRelativeL2(
            $"{kind}", product.Run(_device), product.Truth(), kind.DType == DType.BF16 ? Bf16Tolerance : Tolerance);
    }
}
