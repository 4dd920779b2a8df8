using MolEngine.Basics.Text;
using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class SelftestRunner
{
    private const int CasesOfShort = 3;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="EnvironmentFaultException">There is no such GPU, none that will do, or no NVRTC.</exception>
    public static int Run(SelftestOptions options, CommandContext context)
    {
        LibrarySearch search = LibrarySearch.Here.From(options.CudaPath);
        IReadOnlyList<SelftestDevice> all = options.Device.Kind == DeviceKind.Cuda
            ? SelftestDevice.Cuda(
                CudaProbe.Run(search), options.Device.Ordinal, search, context.Error.WriteLine)
            : [SelftestDevice.Virtual()];
        SelftestDevice[] devices = [.. all.Where(d => options.Code is null || options.Code == d.Code)];
        if (options.TriesProducts && options.Device.Kind == DeviceKind.Cuda && devices.Length > 0)
            devices[0] = WithProducts(devices[0], search, options, context);
        if (devices.Length == 0)
        {
            throw new EnvironmentFaultException(
                $"{OptionNames.Code}: nvrtc: expected NVRTC and a GPU that it compiles for, got none. "
                + $"`{ProgramCommand.With("doctor")}` shows where NVRTC was looked for.");
        }

        return Run(devices, options, context, (d, checks) => SelftestProcesses.Run(options, d.Code, checks));
    }

    /// <summary>Runs checks on devices, one by one; a line is written as soon as it is known.</summary>
    /// <param name="elsewhere">Runs checks of a device in other processes, where CUDA is lost to this one.</param>
    public static int Run(
        IReadOnlyList<SelftestDevice> devices, SelftestOptions options, CommandContext context,
        Func<SelftestDevice, IReadOnlyList<KernelCheck>, IEnumerable<KernelCheckResult>> elsewhere)
    {
        int failed = 0;
        bool isLost = false;
        foreach (SelftestDevice device in devices)
        {
            if (!options.IsJson)
            {
                context.WriteLine(device.Title);
                context.Out.WriteLine(SelftestTable.Heading(device.IsCounting));
            }

            foreach (KernelCheckResult result in Results(device, [.. options.Checks, .. device.Products]))
            {
                if (options.IsJson)
                    context.Out.WriteLine(SelftestLine.Of(result));
                else
                    Write(result, device, options.IsVerbose, context);
                context.Out.Flush();
                failed += result.Failure is null ? 0 : 1;
            }
        }

        if (!options.IsJson)
            WriteSum(devices.Sum(d => options.Checks.Count + d.Products.Count), failed, context);
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;

        IEnumerable<KernelCheckResult> Results(SelftestDevice device, IReadOnlyList<KernelCheck> checks) => isLost
            ? elsewhere(device, checks)
            : KernelChecks.Run(
                checks, device.Open, options.IsJson ? null : left => GoOn(device, left),
                options.IsShort ? CasesOfShort : null);

        IEnumerable<KernelCheckResult> GoOn(SelftestDevice device, IReadOnlyList<KernelCheck> left)
        {
            isLost = true;
            context.WriteLine(
                "    After such a fault CUDA is lost to a process: what follows is tried in processes of its own.");
            return elsewhere(device, left);
        }
    }

    /// <summary>cuBLASLt's line is the last one of the first device.</summary>
    private static SelftestDevice WithProducts(
        SelftestDevice device, LibrarySearch search, SelftestOptions options, CommandContext context)
    {
        (ICublasLt? library, string sentence, _) = CudaToolkit.FindCublasLt(search, CudaProbe.Run(search).NewestMajor);
        if (library is not null)
            return device with { Products = [new CublasLtCheck(library)] };
        if (!options.IsJson)
            context.WriteLine($"cuBLASLt: {sentence}");
        return device;
    }

    private static void WriteSum(int all, int failed, CommandContext context)
    {
        string passed = Counts.Of(all, "kernel passes", "kernels pass");
        context.WriteLine(failed == 0 ? passed : $"{failed} of {Counts.Of(all, "kernel")} FAIL");
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
