using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Kernels.Tests.Checks;

/// <summary>
/// The kernels of small ops on the virtual GPU: right in any order of warps, and good users of memory.
/// </summary>
public sealed class SmallKernelTests
{
    private const int SectorBytes = 32;

    private static readonly string[] Sources =
        ["adamw", "cast", "elementwise", "embedding", "qknormrope", "reduce", "rmsnorm", "rowsum", "swiglu"];

    /// <summary>
    /// Every sector is used whole, no bank is asked twice at a time (but by the sort, whose counts lie where digits
    /// have them), and nothing is spilled.
    /// </summary>
    [Fact]
    public void Checks_pass_in_another_order_of_warps_and_memory_is_used_well()
    {
        long moved = 0;
        var launches = new List<(string Kernel, LaunchCounters Counters)>();
        KernelCheck[] checks = [.. KernelChecks.All.Where(c => Sources.Contains(c.Source))];
        KernelCheckResult[] results = [.. KernelChecks.Run(checks, Open)];
        Assert.All(results, r => Assert.True(r.Failure is null, $"{r.Check.Kernel}: {r.Failure}"));
        Assert.All(
            results.Where(r => r.Measure is not null),
            r => Assert.InRange(r.Measure!.MovedBytes!.Value / (double)r.Measure.Bytes, 1, 1.05));
        Assert.All(launches, l => Assert.Equal((l.Kernel, 0L), (l.Kernel, l.Counters.LocalBytes)));
        Assert.All(
            launches.Where(l => l.Kernel != "sort_ids"),
            l => Assert.Equal((l.Kernel, 0L), (l.Kernel, l.Counters.SharedBankConflicts)));
        Assert.Equal(checks.Select(c => c.Kernel).Order(), launches.Select(l => l.Kernel).Distinct().Order());

        CheckDevice Open()
        {
            var options = new LaunchOptions { Seed = 2, PerturbationSeed = 7, FindWarpRaces = true };
            var driver = new VirtualCudaDriver(DeviceProfile.Sm80, options, new VirtualProcess())
            {
                OnLaunch = (kernel, c) =>
                {
                    launches.Add((kernel, c));
                    moved += SectorBytes * (c.GlobalSectorsLoaded + c.GlobalSectorsStored);
                },
            };
            return new CheckDevice(driver, 0, KernelImages.Carried, () => moved);
        }
    }
}
