using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Kernels.Tests.Checks;

/// <summary>Every kernel is launched, and right, within the limits of every kind of device.</summary>
public sealed class DeviceProfileTests
{
    public static TheoryData<string> Names =>
        [.. DeviceProfile.All.Where(p => p != DeviceProfile.Sm80).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernels_keep_to_the_limits_of_a_device(string name)
    {
        DeviceProfile profile = DeviceProfile.All.Single(p => p.Name == name);
        var launched = new HashSet<string>();
        KernelCheckResult[] results = [.. KernelChecks.Run(KernelChecks.All, Open, most: 1)];
        Assert.All(results, r => Assert.True(r.Failure is null, $"{r.Check.Kernel}: {r.Failure}"));
        Assert.Equal(KernelChecks.All.Select(c => c.Kernel).Order(), launched.Order());

        CheckDevice Open()
        {
            var options = new LaunchOptions { FindSharedRaces = false, FindWarpRaces = profile == DeviceProfile.Sm86 };
            var driver = new VirtualCudaDriver(profile, options, new VirtualProcess())
            {
                OnLaunch = (kernel, _) => launched.Add(kernel),
            };
            return new CheckDevice(driver, 0, KernelImages.Carried, () => 0);
        }
    }
}
