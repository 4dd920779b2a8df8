using System.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tests.Interop;

namespace MolEngine.Kernels.Tests.Launch;

public sealed class LaunchTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2048, 1)]
    [InlineData(2049, 2)]
    [InlineData(5_000_000_000, 2441407)]
    public void As_many_blocks_as_cover(long elements, uint blocks) =>
        Assert.Equal(new LaunchShape(new(blocks), new(256)), LaunchShape.Covering(elements, 256, 8));

    [Fact]
    public void A_grid_that_is_too_large_is_refused() => Assert.Contains(
        "Give each thread more", Assert.Throws<ArgumentException>(() => LaunchShape.Covering(1L << 40, 32)).Message);

    [Fact]
    public void A_launch_passes_shape_and_arguments()
    {
        var driver = new FakeDriver(new()) { ArgumentBytes = [8, 4] };
        using CudaContext context = CudaContext.Create(driver, 0);
        using var module = new CudaModule(context, "k.cu", "text"u8.ToArray());
        Assert.Equal("text", Encoding.UTF8.GetString(driver.Image));
        using var stream = new CudaStream(context);
        var kernel = new CudaKernel(module, new KernelSignature("k", [8, 4], 256));
        kernel.Launch(
            stream, new LaunchShape(new(2, 3, 4), new(32, 4, 2), 100), new KernelArguments().Add(-2L).Add(7));
        Assert.Equal((2u, 3u, 4u, 32u, 4u, 2u, 100u), driver.Shape);
        Assert.Equal([BitConverter.GetBytes(-2L), BitConverter.GetBytes(7)], driver.Arguments);
        Assert.Empty(driver.Attributes);
    }

    /// <summary>48 KiB need no permission; more needs it once, and again for still more.</summary>
    [Fact]
    public void Much_shared_memory_is_asked_for_once()
    {
        var driver = new FakeDriver(new()) { StaticShared = 1024 };
        using CudaContext context = CudaContext.Create(driver, 0);
        using var module = new CudaModule(context, "k.cu", "text"u8.ToArray());
        using var stream = new CudaStream(context);
        var kernel = new CudaKernel(module, new KernelSignature("k", [], 256));
        foreach (uint bytes in new uint[] { 47 << 10, (47 << 10) + 1, 47 << 10, (47 << 10) + 1, 98 << 10, 60 << 10 })
            kernel.Launch(stream, new LaunchShape(new(1), new(32), bytes), new KernelArguments());
        Assert.Equal(
            [
                (CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (47 << 10) + 1),
                (CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 98 << 10),
            ],
            driver.Attributes);
    }

    [Theory]
    [InlineData(1, 65536, 1, 32, 1, 1, 0, "launch of k: grid: expected 1 to 2147483647 x 65535 x 65535")]
    [InlineData(0, 1, 1, 32, 1, 1, 0, "launch of k: grid: ")]
    [InlineData(1, 1, 1, 1, 1, 65, 0, "launch of k: block: expected 1 to 1024 x 1024 x 64 in each direction, got 1 x")]
    [InlineData(1, 1, 1, 257, 1, 1, 0, "launch of k: block 257 x 1 x 1: expected at most 256 threads")]
    [InlineData(1, 1, 1, 32, 9, 1, 0, "launch of k: block 32 x 9 x 1: expected at most 256 threads")]
    [InlineData(1, 1, 1, 32, 1, 1, (98 << 10) + 1, "launch of k: shared memory: expected at most 101376 bytes on Fake")]
    public void A_shape_beyond_a_limit_is_a_sentence(
        uint x, uint y, uint z, uint blockX, uint blockY, uint blockZ, uint shared, string says)
    {
        var plan = new FaultPlan();
        using CudaContext context = CudaContext.Create(
            new FakeDriver(plan) { MaxThreadsPerBlock = 256, StaticShared = 1024 }, 0);
        using var module = new CudaModule(context, "k.cu", "text"u8.ToArray());
        using var stream = new CudaStream(context);
        var kernel = new CudaKernel(module, new KernelSignature("k", [], 256));
        var shape = new LaunchShape(new(x, y, z), new(blockX, blockY, blockZ), shared);
        Assert.StartsWith(
            says, Assert.Throws<ArgumentException>(() => kernel.Launch(stream, shape, new KernelArguments())).Message);
        Assert.DoesNotContain("cuLaunchKernel", plan.Calls);
    }

    [Fact]
    public void Arguments_are_compared_with_the_parameters()
    {
        var signature = new KernelSignature("k", [8, 4], null);
        new KernelArguments().Add(1L).Add(2).Check(signature);
        Assert.Equal(
            "launch of k: arguments: expected 2, got 1",
            Assert.Throws<ArgumentException>(() => new KernelArguments().Add(1L).Check(signature)).Message);
        Assert.Equal(
            "launch of k: argument 1: expected 4 bytes, got 8",
            Assert.Throws<ArgumentException>(() => new KernelArguments().Add(1L).Add(2L).Check(signature)).Message);
    }

    [Fact]
    public void The_log_of_a_refused_module_is_told()
    {
        var whole = new FaultPlan();
        using (CudaContext context = CudaContext.Create(new FakeDriver(whole), 0))
            new CudaModule(context, "k.cu", "text"u8.ToArray()).Dispose();
        var plan = new FaultPlan { FailAt = whole.Calls.IndexOf("cuModuleLoadDataEx") };
        using CudaContext again = CudaContext.Create(new FakeDriver(plan), 0);
        CudaException e = Assert.Throws<CudaException>(() => new CudaModule(again, "k.cu", "text"u8.ToArray()));
        Assert.Contains("cuModuleLoadDataEx(k.cu, 4 bytes): ptxas: the log: expected success", e.Message);
    }

    /// <summary>From the name of a kernel to its launch, with the PTX that the program carries.</summary>
    [Fact]
    public void A_kernel_is_found_by_name_and_loaded_once()
    {
        var plan = new FaultPlan();
        var driver = new FakeDriver(plan) { ArgumentBytes = [8, 8, 8] };
        using CudaContext context = CudaContext.Create(driver, 0);
        using var stream = new CudaStream(context);
        using (var kernels = new CudaKernels(context, new KernelImages(null, null)))
        {
            CudaKernel kernel = kernels.Get("cast", "cast_f32_bf16");
            Assert.Same(kernel, kernels.Get("cast", "cast_f32_bf16"));
            _ = kernels.Get("cast", "cast_bf16_f32");
            Assert.StartsWith("cast", Assert.Single(kernels.Loaded).Name);
            Assert.Contains(".entry cast_bf16_f32", Encoding.UTF8.GetString(driver.Image));
            using var memory = new DeviceMemory(context, "x", 64);
            kernel.Launch(
                stream, LaunchShape.Covering(10, 256, 8), new KernelArguments().Add(memory).Add(memory).Add(10L));
            Assert.Equal(BitConverter.GetBytes(10L), driver.Arguments[2]);
            Assert.Contains(
                "expected one of cast_f32_bf16, cast_bf16_f32",
                Assert.Throws<ArgumentException>(() => kernels.Get("cast", "cast_f32")).Message);
            Assert.Contains(
                "expected one of adamw, attention",
                Assert.Throws<ArgumentException>(() => kernels.Get("no", "k")).Message);
        }

        Assert.DoesNotContain("module", plan.Live);
        Assert.Single(plan.Calls, "cuModuleLoadDataEx");
    }
}
