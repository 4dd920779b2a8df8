using System.ComponentModel;
using System.Diagnostics;

namespace MolEngine.Evaluation.Sandbox;

/// <summary>The python3 of this machine.</summary>
/// <param name="Executable">The interpreter itself, links and version managers' scripts resolved.</param>
/// <param name="Prefix">The folder that its library lies under.</param>
internal sealed record PythonInterpreter(string Executable, string Prefix)
{
    private const string Question = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether this machine has one.</summary>
    public static bool IsPresent => OperatingSystem.IsLinux() && Programs.Find("python3") is not null;

    /// <summary>The interpreter that the user's search path names.</summary>
    /// <exception cref="EnvironmentFaultException">There is none, or it does not run.</exception>
    public static PythonInterpreter Find()
    {
        if (!OperatingSystem.IsLinux() || Programs.Find("python3") is not { } path)
        {
            throw new EnvironmentFaultException(
                "code of a model: expected a python3 on Linux, got none. Install Python 3, or leave out the tasks that "
                + "run code.");
        }

        var start = new ProcessStartInfo(path, ["-I", "-c", Question]) { RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
            if (process.WaitForExit(Patience) && process.ExitCode == 0 && lines.Length >= 2)
                return new PythonInterpreter(lines[0], lines[1]);
        }
        catch (Win32Exception e)
        {
            throw new EnvironmentFaultException($"{path}: cannot be started: {e.Message}", e);
        }

        throw new EnvironmentFaultException($"{path}: expected to say where its interpreter is, got an error from it.");
    }
}
