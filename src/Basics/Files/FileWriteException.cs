namespace MolEngine.Basics.Files;

/// <summary>
/// A file or folder that cannot be written, or that the disk did not take. Says what the system said, and what can be
/// done.
/// </summary>
public sealed class FileWriteException : UserException
{
    private const int BrokenDisk = 5, NoRoom = 28, NoRoomOnWindows = unchecked((int)0x80070070);
    private static readonly int NoQuota = OperatingSystem.IsMacOS() ? 69 : 122;

    /// <param name="path">The file or folder that was to be written.</param>
    /// <param name="cause">An exception that <see cref="IsFault"/> knows.</param>
    public FileWriteException(string path, Exception cause)
        : base(
            $"{path}: cannot be written: expected {Explain(cause).Expected}, got \"{cause.Message}\". "
            + $"{Explain(cause).Mend}{(IsDisk(cause) ? " and give the command again" : "")}, or choose another place.",
            cause)
    {
    }

    /// <summary>Whether the disk is full or broken, so that nothing that was asked for is wrong.</summary>
    public bool IsOfDisk => IsDisk(InnerException!);

    /// <summary>Whether an exception tells of a disk, a folder or a file that does not take what is written.</summary>
    public static bool IsFault(Exception e) => e is FileWriteException or IOException or UnauthorizedAccessException;

    /// <summary>What must be there for a write that failed so, what the system said, and what can be done.</summary>
    /// <param name="fault">An exception that <see cref="IsFault"/> knows.</param>
    public static (string Expected, string Got, string Mend) Explain(Exception fault)
    {
        Exception cause = fault is FileWriteException ? fault.InnerException! : fault;
        (string expected, string mend) = cause switch
        {
            UnauthorizedAccessException => ("a folder that may be written", "Give yourself the right to write there"),
            { HResult: NoRoom or NoRoomOnWindows } => ("a disk with room", "Make room"),
            { HResult: int error } when error == NoQuota => ("room within the quota", "Make room"),
            { HResult: BrokenDisk } => ("a disk that takes it", "Check the disk"),
            _ => ("a place that can be written", "Mend that"),
        };
        return (expected, cause.Message, mend);
    }

    private static bool IsDisk(Exception cause) =>
        cause.HResult is NoRoom or NoRoomOnWindows or BrokenDisk || cause.HResult == NoQuota;
}
