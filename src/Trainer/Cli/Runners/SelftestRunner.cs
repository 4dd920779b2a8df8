using MolEngine.Basics.Text;
using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class SelftestRunner
{
    /// <param name="isVerbose">Tells the cases of each kernel too.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(DeviceChoice device, LibrarySearch search, bool isVerbose, CommandContext context) => Run(
        device.Kind == DeviceKind.Cuda
            ? SelftestDevice.Cuda(CudaProbe.Run(search), device.Ordinal, search)
            : [SelftestDevice.Virtual()],
        KernelChecks.All, isVerbose, context);

    /// <summary>Runs checks on devices, one by one; a line is written as soon as it is known.</summary>
    public static int Run(
        IReadOnlyList<SelftestDevice> devices, IReadOnlyList<KernelCheck> checks, bool isVerbose,
        CommandContext context)
    {
        int failed = 0;
        foreach (SelftestDevice device in devices)
        {
            context.WriteLine(device.Title);
            context.Out.WriteLine(SelftestTable.Heading(device.IsCounting));
            foreach (KernelCheckResult result in KernelChecks.Run(checks, device.Open))
            {
                Write(result, device, isVerbose, context);
                context.Out.Flush();
                failed += result.Failure is null ? 0 : 1;
            }
        }

        int all = checks.Count * devices.Count;
        string passed = Counts.Of(all, "kernel passes", "kernels pass");
        context.WriteLine(failed == 0 ? passed : $"{failed} of {Counts.Of(all, "kernel")} FAIL");
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(KernelCheckResult result, SelftestDevice device, bool isVerbose, CommandContext context)
    {
        context.Out.WriteLine(SelftestTable.Line(result, device.IsCounting));
        foreach (string line in result.Failure?.Split('\n') ?? [])
            context.WriteLine($"    {line.TrimEnd()}");
        if (!isVerbose)
            return;
        string measured = result.Measure is { } measure ? $"; memory at {measure.Shape}" : "";
        string tried = $"    tried {string.Join(", ", result.Shapes)}{measured}";
        foreach (string row in WrappedText.Rows(tried, SelftestTable.Width))
            context.Out.WriteLine(row);
    }
}
