using System.Diagnostics;
using MolEngine.Basics.Files;

namespace MolEngine.Trainer.Experiments;

/// <summary>
/// This program in a process of its own, so that what ends it (a crash, the system's lack of memory) ends nothing else.
/// What it says goes into a log.
/// </summary>
internal static class ChildProcess
{
    /// <summary>What a process that failed is quoted with: its last lines of errors.</summary>
    private const int LinesQuoted = 3;

    /// <param name="arguments">As they are typed behind the program's name.</param>
    /// <param name="log">File that its words are added to.</param>
    /// <param name="said">Told each line of its output.</param>
    /// <param name="endsByInput">
    /// Whether it stops by itself when its input ends; else it is ended when <paramref name="cancel"/> is.
    /// </param>
    /// <returns>Its exit code, and what it said of its failure.</returns>
    /// <exception cref="FileWriteException">The log cannot be written.</exception>
    public static (int ExitCode, string Failure) Run(
        IReadOnlyList<string> arguments, string log, Action<string> said, bool endsByInput, CancellationToken cancel)
    {
        using StreamWriter to = Open(log);
        ProcessStartInfo start = ProgramCommand.Start(arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not { } text)
                return;
            lock (errors)
            {
                errors.Add(text);
                to.WriteLine(text);
            }
        };
        process.BeginErrorReadLine();
        using CancellationTokenRegistration stop = cancel.Register(() => Stop(process, endsByInput));
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lock (errors)
                to.WriteLine(line);
            said(line);
        }

        process.WaitForExit();
        return (process.ExitCode, Failure(process.ExitCode, errors));
    }

    /// <summary>
    /// A terminal's Ctrl-C has reached the process already, which would take a second signal for an order to end at
    /// once; the end of its input it takes once only.
    /// </summary>
    private static void Stop(Process process, bool endsByInput)
    {
        try
        {
            if (endsByInput)
                process.StandardInput.Close();
            else
                process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // It has ended by itself.
        }
    }

    private static StreamWriter Open(string log)
    {
        StreamWriter? opened = null;
        DurableFiles.Guarded(log, () =>
        {
            DurableFile.MakeFolder(Path.GetDirectoryName(log)!);
            opened = new StreamWriter(log, append: true) { AutoFlush = true };
        });
        return opened!;
    }

    private static string Failure(int code, List<string> errors)
    {
        if (code == 0)
            return "";
        string[] last = [.. errors.Where(e => e.Trim().Length > 0).TakeLast(LinesQuoted)];
        return last.Length > 0 ? string.Join(" / ", last) : $"it ended with exit code {code} and without a word";
    }
}
