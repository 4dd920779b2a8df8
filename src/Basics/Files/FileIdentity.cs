using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MolEngine.Basics.Files;

/// <summary>What a path leads to.</summary>
public enum FileKind
{
    /// <summary>Nothing.</summary>
    Absent,
    File,
    Folder,
    Pipe,
    Socket,
    Device,
}

/// <summary>What a path leads to, links followed: files and folders told apart by what they are, not by name.</summary>
/// <param name="Id">The same for every name of a file or folder, hard links too; "" where there is none.</param>
public readonly partial record struct FileIdentity(FileKind Kind, string Id)
{
    private const int InWorkingFolder = -100;
    private const uint BasicStats = 0x7FF;
    private const int StatLength = 256;

    /// <summary>Looks at a path without opening what is there: a pipe would not answer.</summary>
    public static FileIdentity Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return OfLinux(path);
            }
            catch (EntryPointNotFoundException)
            {
                // A C library without statx: the names that .NET follows have to do.
            }
        }

        FileKind kind = File.Exists(path) ? FileKind.File : Directory.Exists(path) ? FileKind.Folder : FileKind.Absent;
        return new(kind, kind == FileKind.Absent ? "" : RealPath.Of(path));
    }

    /// <summary>Fields of Linux's <c>struct statx</c>, the same on every processor.</summary>
    private static FileIdentity OfLinux(string path)
    {
        byte[] stat = new byte[StatLength];
        if (Statx(InWorkingFolder, path, 0, BasicStats, stat) < 0)
            return new(FileKind.Absent, "");
        FileKind kind = (Number16(28) & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        ulong inode = BinaryPrimitives.ReadUInt64LittleEndian(stat.AsSpan(32));
        return new(kind, $"{Number32(136)}:{Number32(140)}:{inode}");

        int Number16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(at));
        uint Number32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(at));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] stat);
}
