using System.Runtime.InteropServices;

namespace MolEngine.FaultHost;

/// <summary>What disk_faults.c does, in the process that it was preloaded into.</summary>
internal static partial class Disk
{
    public const string Library = "disk_faults.so";

    [LibraryImport(Library, EntryPoint = "fault_arm", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Arm(
        string folder, int mode, nint first, nint last, int error, uint kinds, string log, string copies);

    [LibraryImport(Library, EntryPoint = "fault_disarm")]
    public static partial nint Disarm();

    [LibraryImport(Library, EntryPoint = "fault_room")]
    public static partial void Room(long bytes);
}
