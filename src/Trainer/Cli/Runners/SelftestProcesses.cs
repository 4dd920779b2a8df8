using System.Diagnostics;
using MolEngine.Kernels.Checks;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// Checks in processes of their own, one after the other: each goes as far as CUDA lives in it, and the next one goes
/// on behind it.
/// </summary>
internal static class SelftestProcesses
{
    /// <summary>The checks' results, as they come.</summary>
    /// <param name="options">Of the selftest that goes on.</param>
    /// <param name="code">How kernels come to the device.</param>
    /// <exception cref="EnvironmentFaultException">A process does not get the device.</exception>
    public static IEnumerable<KernelCheckResult> Run(
        SelftestOptions options, SelftestCode code, IReadOnlyList<KernelCheck> checks)
    {
        while (checks.Count > 0)
        {
            using Process process = Start(Arguments(options, code, checks));
            Task<string> said = process.StandardError.ReadToEndAsync();
            int done = 0;
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (done < checks.Count && SelftestLine.Parse(line) is { } told && told.Kernel == checks[done].Kernel)
                    yield return told.ResultOf(checks[done++]);
            }

            process.WaitForExit();
            if (process.ExitCode == ExitCode.Environment)
                throw new EnvironmentFaultException(said.Result.Trim());
            if (done < checks.Count && process.ExitCode is not ExitCode.Failed)
            {
                string last = said.Result.Trim().Split('\n')[^1];
                yield return new KernelCheckResult(
                    checks[done++], [], 0, null,
                    $"the process that tried it ended with exit code {process.ExitCode}"
                    + (last.Length > 0 ? $": {last}" : ""), null);
            }

            // A process that failed without a word of any kernel would fail so for ever.
            if (done == 0)
                throw new EnvironmentFaultException($"selftest in a process of its own: {said.Result.Trim()}");
            checks = [.. checks.Skip(done)];
        }
    }

    private static IEnumerable<string> Arguments(
        SelftestOptions options, SelftestCode code, IReadOnlyList<KernelCheck> checks) =>
    [
        "selftest", OptionNames.Json, OptionNames.Device, $"{options.Device}",
        OptionNames.Code, $"{code}".ToLowerInvariant(),
        .. options.IsShort ? [OptionNames.Short] : Array.Empty<string>(),
        .. options.CudaPath is { } path ? [OptionNames.CudaPath, path] : Array.Empty<string>(),
        .. checks.SelectMany(c => (string[])[OptionNames.Kernel, c.Kernel]),
    ];

    private static Process Start(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = ProgramCommand.Start(arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        return Process.Start(start)!;
    }
}
