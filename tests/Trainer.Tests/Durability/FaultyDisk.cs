using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MolEngine.FaultHost;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// The program in a process of its own (tests/FaultHost), whose disk fails, or which dies, at a call that is named.
/// </summary>
internal sealed class FaultyDisk : IDisposable
{
    private static readonly Lazy<string?> Library = new(Compile);

    private Process? _host;

    /// <summary>
    /// Skips the test where there is no compiler or the system is none that libraries can be preloaded on.
    /// </summary>
    public FaultyDisk() => Assert.SkipWhen(
        Library.Value is null, "needs Linux and a C compiler (clang-19, gcc or cc), for tests/FaultHost/disk_faults.c");

    /// <summary>Runs the program; null where it died.</summary>
    public Answer? Run(Fault fault, params string[] arguments)
    {
        _host ??= Start();
        _host.StandardInput.WriteLine(JsonSerializer.Serialize(new Request(arguments, fault)));
        string? line = _host.StandardOutput.ReadLine();
        if (line is not null)
            return JsonSerializer.Deserialize<Answer>(line)!;
        _host.WaitForExit();
        Assert.Equal(128 + 9, _host.ExitCode);
        _host.Dispose();
        _host = null;
        return null;
    }

    public void Dispose()
    {
        if (_host is null)
            return;
        _host.StandardInput.Close();
        _host.WaitForExit();
        _host.Dispose();
    }

    private static Process Start()
    {
        ProcessStartInfo start = DotnetProgram.Of("MolEngine.FaultHost.dll", Library.Value!);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = false;
        start.Environment["LD_PRELOAD"] = Library.Value;
        return Process.Start(start)!;
    }

    /// <summary>By the first compiler that is there and can link; null where none is there.</summary>
    private static string? Compile()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        string source = Path.Combine(AppContext.BaseDirectory, "disk_faults.c");
        string library = Path.Combine(AppContext.BaseDirectory, "disk_faults.so");
        var errors = new List<string>();
        foreach (string compiler in new[] { "clang-19", "gcc", "cc" })
        {
            try
            {
                using Process process = Process.Start(
                    new ProcessStartInfo(compiler,
                        ["-O1", "-shared", "-fPIC", "-o", library, source])
                    { RedirectStandardError = true })!;
                errors.Add($"{compiler}: {process.StandardError.ReadToEnd()}");
                process.WaitForExit();
                if (process.ExitCode == 0)
                    return library;
            }
            catch (Win32Exception)
            {
                // Not installed.
            }
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
        return null;
    }
}
