using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MolEngine.Evaluation.Sandbox;

/// <summary>
/// Runs Python programs that a model wrote, in a child process that can do little: where the kernel allows it, in
/// namespaces of its own (files, network, processes, IPC, names) with a root in which only an empty /tmp can be
/// written, without privileges; everywhere with limits on time, memory, processes, files and output, without
/// environment variables, with the standard input closed.
/// </summary>
/// <remarks>
/// A program passed where it ran to its end: a secret, which it was not told, comes out after its last line. A program
/// that searches its interpreter's frames could find it; one that leaves early, prints or forks cannot say it.
/// </remarks>
public sealed class PythonSandbox
{
    /// <summary>
    /// What the killing and clearing up after the wall time may take before the process is left to itself.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly SandboxCommand _command;
    private readonly SandboxLimits _limits;

    private PythonSandbox(SandboxCommand command, SandboxLimits limits) => (_command, _limits) = (command, limits);

    /// <summary>
    /// How programs are confined, as results and reports say it: "namespaces and limits", or "limits alone" and why.
    /// </summary>
    public string Confinement => _command.Confinement;

    /// <summary>A sandbox, after a try of how far this machine can confine programs.</summary>
    /// <param name="allowed">Whether the user allowed that a model's code runs on this machine.</param>
    /// <exception cref="UserException">The user did not.</exception>
    /// <exception cref="EnvironmentFaultException">There is no python3, or it does not run.</exception>
    public static PythonSandbox Open(bool allowed, SandboxLimits? limits = null)
    {
        if (!allowed)
        {
            throw new UserException(
                "code of a model: this task runs what the model writes, in a child python3: expected that to be "
                + "allowed. Pass --allow-code-execution.");
        }

        return Open(limits ?? new SandboxLimits(), namespaces: true);
    }

    /// <summary>A sandbox, with namespaces where they can be had, or without in any case.</summary>
    internal static PythonSandbox Open(SandboxLimits limits, bool namespaces)
    {
        PythonInterpreter python = PythonInterpreter.Find();
        string why = "";
        if (namespaces && SandboxCommand.InNamespaces(python) is { } confined)
        {
            SandboxResult tried = new PythonSandbox(confined, new SandboxLimits()).Run("pass", CancellationToken.None);
            if (tried.Passed)
                return new PythonSandbox(confined, limits);
            why = tried.Output.Trim().ReplaceLineEndings(" ");
        }

        var bare = new PythonSandbox(SandboxCommand.WithLimits(python, why), limits);
        SandboxResult result = bare.Run("pass", CancellationToken.None);
        return result.Passed
            ? bare
            : throw new EnvironmentFaultException(
                $"{python.Executable}: an empty program does not run under limits: {result.Output.Trim()}");
    }

    /// <inheritdoc cref="Run(string, TimeSpan, CancellationToken)"/>
    public SandboxResult Run(string program, CancellationToken cancel) => Run(program, _limits.Wall, cancel);

    /// <summary>Runs a program, tests and all, to its end or its limits. Several may run at a time.</summary>
    /// <param name="wall">Wall time, instead of the limits' own.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled; the program is killed.</exception>
    public SandboxResult Run(string program, TimeSpan wall, CancellationToken cancel)
    {
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("molengine-sandbox-");
        try
        {
            using Process process = Process.Start(_command.Start(folder.FullName, _limits with { Wall = wall }))!;
            var output = new BoundedOutput(_limits.Output);
            Task<string> status = BoundedOutput.ReadAsync(process.StandardOutput, secret.Length + 1);
            Task errors = output.ReadAsync(process.StandardError);
            Task input = WriteAsync(process, $"{secret}\n{program}");
            bool ended = WaitFor(process, wall, Task.WhenAll(status, errors, input), cancel);
            SandboxOutcome outcome = !ended ? SandboxOutcome.TimedOut
                : status.Result == secret ? SandboxOutcome.Passed : SandboxOutcome.Failed;
            return new SandboxResult(outcome, output.Text, Confinement);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether the process ended in its wall time; it is dead in any case, with all that it started.</summary>
    private static bool WaitFor(Process process, TimeSpan wall, Task streams, CancellationToken cancel)
    {
        bool ended = false;
        try
        {
            ended = process.WaitForExitAsync(cancel).Wait(wall, cancel);
        }
        finally
        {
            // Also of a program that ended: what it left behind must not hold its pipes open.
            Kill(process);
            process.WaitForExit(Grace);
        }

        return streams.Wait(Grace, cancel) && ended;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static async Task WriteAsync(Process process, string text)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read: what it said instead is in its output.
        }
    }
}
