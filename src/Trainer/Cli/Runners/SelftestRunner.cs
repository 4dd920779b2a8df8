using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

internal static class SelftestRunner
{
    private const int Column = 18;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(DeviceChoice device, LibrarySearch search, CommandContext context) => Run(
        device.Kind == DeviceKind.Cuda
            ? SelftestDevice.Cuda(CudaProbe.Run(search), device.Ordinal, search)
            : [SelftestDevice.Virtual()],
        KernelChecks.All, context);

    /// <summary>Runs checks on devices, one by one; a line is written as soon as it is known.</summary>
    public static int Run(
        IReadOnlyList<SelftestDevice> devices, IReadOnlyList<KernelCheck> checks, CommandContext context)
    {
        int failed = 0;
        foreach (SelftestDevice device in devices)
        {
            context.Out.WriteLine(device.Title);
            foreach (KernelCheckResult result in KernelChecks.Run(checks, device.Open))
            {
                Write(result, context.Out);
                failed += result.Failure is null ? 0 : 1;
            }
        }

        int all = checks.Count * devices.Count;
        context.Out.WriteLine(failed == 0 ? $"{all} kernels pass" : $"{failed} of {all} kernels FAIL");
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(KernelCheckResult result, TextWriter to)
    {
        string outcome = result.Failure is null ? "pass" : "FAIL";
        string error = result.LargestError.ToString("G2");
        string measure = result.Measure is null ? "" : $"; {Describe(result.Measure)}";
        to.WriteLine(
            $"  {result.Check.Kernel.PadRight(Column)} {outcome}  largest error {error} ({result.Check.Promise})"
            + $"{measure}; tried {string.Join(", ", result.Shapes)}");
        foreach (string line in result.Failure?.Split('\n') ?? [])
            to.WriteLine($"    {line.TrimEnd()}");
    }

    /// <summary>What was counted or timed; "-" where a clock is too coarse to show a time.</summary>
    internal static string Describe(KernelMeasure measure)
    {
        if (measure.MovedBytes is { } moved)
            return $"at {measure.Shape}: moves {Number(moved / (double)measure.Bytes, "F3")} of the bytes that must "
                + "move";

        return $"at {measure.Shape}: p50 {Number(measure.Seconds * 1e6)} us, {Number(measure.Bandwidth / 1e9)} GB/s of "
            + $"the bytes that must move; a copy of as many {Number(measure.CopySeconds * 1e6)} us, "
            + $"{Number(measure.CopyBandwidth / 1e9)} GB/s";
    }

    private static string Number(double? value, string format = "F1") =>
        value?.ToString(format) ?? "-";
}
