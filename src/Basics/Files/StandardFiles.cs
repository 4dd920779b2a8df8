using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MolEngine.Basics.Files;

/// <summary>
/// Standard output and error of a process, which may have been started without: then their numbers are given to the
/// next files that are opened, and what is said to a person would be written into them.
/// </summary>
public static partial class StandardFiles
{
    private const string Nothing = "/dev/null";
    private const int OutputNumber = 1, ErrorNumber = 2, GetFlags = 1, CloseOnExec = 1;

    private static readonly List<SafeFileHandle> Occupied = [];

    /// <summary>Standard output and error; null for what the process was started without. Asked first of all.</summary>
    public static (Stream? Output, Stream? Error) Open()
    {
        bool hasOutput = IsGiven(OutputNumber), hasError = IsGiven(ErrorNumber);
        Occupy();
        return (
            hasOutput ? Console.OpenStandardOutput() : null, hasError ? Console.OpenStandardError() : null);
    }

    /// <summary>What is closed is not given, nor what is a file of the runtime's own already: those are not inherited.
    /// </summary>
    private static bool IsGiven(int number) =>
        OperatingSystem.IsWindows() || Fcntl(number, GetFlags) is >= 0 and int flags && (flags & CloseOnExec) == 0;

    /// <summary>Opens as nothing what has still no file.</summary>
    private static void Occupy()
    {
        if (OperatingSystem.IsWindows())
            return;
        while (true)
        {
            SafeFileHandle next = File.OpenHandle(Nothing, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (next.DangerousGetHandle() > ErrorNumber)
            {
                next.Dispose();
                return;
            }

            Occupied.Add(next);
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int descriptor, int command);
}
