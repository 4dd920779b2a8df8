using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tests.Interop;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Device;

/// <summary>Buffers beside which nothing is mapped: a kernel that goes there is told.</summary>
public sealed class GuardedMemoryTests
{
    private const int Count = 100;

    /// <param name="before">Elements of 2 bytes that are written before the buffer, too.</param>
    /// <param name="behind">And behind it.</param>
    [Theory]
    [InlineData(0, 150, "100 (nothing is mapped behind any buffer): kernel cast_f32_bf16, ", " past the end of 'y'")]
    [InlineData(150, 0, "100 (nothing is mapped before any buffer): kernel cast_f32_bf16, ", " before 'y'")]
    [InlineData(0, 1, "100 (nothing is mapped behind any buffer): y: expected nothing written behind its 200 ", "200")]
    public void A_kernel_that_writes_beside_its_buffer_is_told(int before, int behind, string where, string what)
    {
        KernelCheckResult result = Run(new VirtualCudaDriver(process: new VirtualProcess()), before, behind);
        Assert.StartsWith(where, result.Failure, StringComparison.Ordinal);
        Assert.Contains(what, result.Failure, StringComparison.Ordinal);
    }

    /// <summary>Both sides are tried, and everything is given back.</summary>
    [Fact]
    public void A_right_kernel_passes_and_leaves_nothing()
    {
        var driver = new VirtualCudaDriver(process: new VirtualProcess());
        int launches = 0;
        driver.OnLaunch = (_, _) => launches++;
        VirtualProcess process = driver.Process;
        Assert.Null(Run(driver, 0, 0, () => Assert.Equal((0, 0L), (driver.LiveAllocations, driver.HeldBytes))).Failure);
        Assert.Equal(2, launches);
        Assert.Equal(CUresult.CUDA_SUCCESS, process.Status);
    }

    /// <summary>A driver that maps no pages: said in a line, and margins are read instead.</summary>
    [Fact]
    public void A_driver_that_refuses_is_told_of_once()
    {
        var said = new List<string>();
        using var device = new CheckDevice(new FakeDriver(new FaultPlan()), 0, KernelImages.Carried, note: said.Add);
        Assert.Equal([Guard.None], device.Guards);
        Assert.Contains("buffers have no unmapped pages beside them", Assert.Single(said));
    }

    private static KernelCheckResult Run(
        VirtualCudaDriver driver, int before, int behind, Action? atEnd = null) => Assert.Single(
        KernelChecks.Run(
            [new Beside(before, behind, atEnd)], () => new CheckDevice(driver, 0, KernelImages.Carried)));

    /// <summary>Writes ones from so many elements before its buffer to so many behind.</summary>
    private sealed class Beside(int before, int behind, Action? atEnd)
        : KernelCheck("cast", "cast_f32_bf16", "equal bits")
    {
        public override void Run(KernelTrial trial)
        {
            trial.Case($"{Count}", Try);
            atEnd?.Invoke();
        }

        private void Try(KernelCase one)
        {
            int written = before + Count + behind;
            DeviceMemory x = one.Input<float>("x", Enumerable.Repeat(1f, written).ToArray());
            DeviceMemory y = one.Output<ushort>("y", Count);
            one.Launch(
                LaunchShape.Covering(written, 256, 8), 6 * written,
                a => a.Add(x).Add(y.Address - (2 * (ulong)before)).Add((long)written));
            one.Expect<ushort>(y, Enumerable.Repeat((ushort)0x3F80, Count).ToArray(), Tolerance.Bits);
        }
    }
}
