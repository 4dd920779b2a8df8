using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Mutations;

/// <summary>The kernels' checks on a virtual GPU, run in one way.</summary>
/// <param name="name">For the table; empty for the way of <c>selftest</c>.</param>
internal sealed class Instrument(string name, LaunchOptions options)
{
    /// <summary>
    /// As <c>molengine selftest --device virtual</c>; then as the tests do: another order of warps, and clocks of
    /// warps for global memory.
    /// </summary>
    public static IReadOnlyList<Instrument> All { get; } =
    [
        new("", new LaunchOptions { InstructionLimit = EndlessAfter }),
        new(
            "another order of warps, their clocks",
            new LaunchOptions { Seed = 2, FindWarpRaces = true, InstructionLimit = EndlessAfter }),
    ];

    // A warp of the longest case executes fewer than 2^22.
    private const long EndlessAfter = 1L << 25;

    /// <summary>The first check that fails; null where all pass.</summary>
    public (string By, string Said)? Catch(IReadOnlyList<KernelCheck> checks, KernelImages images)
    {
        var process = new VirtualProcess();
        foreach (KernelCheckResult result in KernelChecks.Run(checks, Open))
        {
            if (result.Failure is not { } failure)
                continue;
            string way = name.Length > 0 ? $" ({name})" : "";
            string by = process.Reason.Length > 0 ? "fault" : "values";
            return ($"{by}{way}", $"{result.Check.Kernel}{way}: {failure.ReplaceLineEndings(" ")}");
        }

        return null;

        CheckDevice Open()
        {
            var driver = new VirtualCudaDriver(DeviceProfile.Sm80, options, process);
            return new CheckDevice(driver, 0, images, () => 0);
        }
    }
}
