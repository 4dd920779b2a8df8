using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>The head's kernels on the virtual GPU: right in any order of warps, and good users of memory.</summary>
public sealed class HeadKernelTests
{
    private const int SectorBytes = 32;

    /// <summary>
    /// The stream reads logits once and moves nothing beside them worth speaking of; nothing is spilled; and no bank is
    /// asked twice at a time, but where entries of a list go to their ranks.
    /// </summary>
    [Fact]
    public void Checks_pass_in_another_order_of_warps_and_memory_is_used_well()
    {
        long moved = 0;
        var launches = new List<(string Kernel, LaunchCounters Counters)>();
        string[] sources = ["head", "head_gap", "head_tile", "head_top"];
        KernelCheck[] checks = [.. KernelChecks.All.Where(c => sources.Contains(c.Source))];
        KernelCheckResult[] results = [.. KernelChecks.Run(checks, Open)];
        Assert.All(results, r => Assert.True(r.Failure is null, $"{r.Check.Kernel}: {r.Failure}"));
        Assert.All(results, r => Assert.InRange(r.Measure!.MovedBytes!.Value / (double)r.Measure.Bytes, 1, 1.06));
        Assert.All(launches, l => Assert.Equal((l.Kernel, 0L), (l.Kernel, l.Counters.LocalBytes)));
        Assert.All(
            launches.Where(l => l.Kernel is not ("head_top" or "head_base")),
            l => Assert.Equal((l.Kernel, 0L), (l.Kernel, l.Counters.SharedBankConflicts)));
        Assert.Equal(checks.Select(c => c.Kernel).Order(), launches.Select(l => l.Kernel).Distinct().Order());

        CheckDevice Open()
        {
            var driver = new VirtualCudaDriver(
                DeviceProfile.Sm80, new LaunchOptions { Seed = 2 }, new VirtualProcess())
            {
                OnLaunch = (kernel, c) =>
                {
                    moved += SectorBytes * (c.GlobalSectorsLoaded + c.GlobalSectorsStored);
                    launches.Add((kernel, c));
                },
            };
            return new CheckDevice(driver, 0, KernelImages.Carried, () => moved);
        }
    }
}
