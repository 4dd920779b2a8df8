using System.Runtime.InteropServices;
using System.Text;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// The MPI library of this process: which one it is, and the values of MPI's constants in it, which the standard leaves
/// to each library. It is told apart by what MPI_Get_library_version says, never by its file's name.
/// </summary>
public sealed unsafe class MpiLibrary
{
    /// <summary>Names a library, or the folder of one, that is tried before all others.</summary>
    public const string PathVariable = "MOLENGINE_MPI_PATH";

    /// <summary>MPI_THREAD_SERIALIZED: any thread may call, one at a time.</summary>
    internal const int ThreadSerialized = 2;

    /// <summary>Room for an MPI_Status: 24 bytes in Open MPI, 20 in MPICH.</summary>
    internal const int StatusBytes = 64;

    private const string Title = "MPI";
    private const int LongestText = 8192;

    private static readonly string[] OpenMpiNames = ["libmpi.so.40", "libmpi.40.dylib"];

    private static readonly string[] MpichNames = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"];

    private static readonly string[] Folders =
    [
        "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64/openmpi/lib", "/usr/lib64/mpich/lib",
        "/usr/local/lib",
    ];

    private MpiLibrary(LibraryFinding finding, nint handle)
    {
        Finding = finding;
        Version = VersionText();
        Kind = Version.StartsWith("Open MPI", StringComparison.Ordinal) ? MpiKind.OpenMpi : MpiKind.Mpich;
        (World, Byte, ErrorsReturn) = Kind == MpiKind.OpenMpi
            ? (NativeLibrary.GetExport(handle, "ompi_mpi_comm_world"), NativeLibrary.GetExport(handle, "ompi_mpi_byte"),
                NativeLibrary.GetExport(handle, "ompi_mpi_errors_return"))
            : (0x44000000, 0x4c00010d, 0x54000001);
    }

    public LibraryFinding Finding { get; }

    public MpiKind Kind { get; }

    /// <summary>What the library calls itself, its first line: "Open MPI v4.1.4, ..." or "MPICH Version:
    /// 4.0.2".</summary>
    public string Version { get; }

    /// <summary>Name and version alone, for people.</summary>
    public string ShortVersion => string.Join(' ', Version.Split(',')[0].Split((char[])[' ', '\t', ':'],
        StringSplitOptions.RemoveEmptyEntries).Where(word => word != "Version"));

    /// <summary>MPI_COMM_WORLD.</summary>
    internal nint World { get; }

    /// <summary>MPI_BYTE.</summary>
    internal nint Byte { get; }

    /// <summary>MPI_ERRORS_RETURN.</summary>
    internal nint ErrorsReturn { get; }

    /// <summary>Loads the library, once for the process.</summary>
    /// <param name="first">The family that the launcher belongs to: its library is tried first; null where that is not
    /// known.</param>
    /// <param name="finding">Where it was looked for.</param>
    /// <returns>Null where there is none that can be loaded.</returns>
    public static MpiLibrary? Find(MpiKind? first, out LibraryFinding finding)
    {
        (finding, nint handle) = NativeLibraries.FindMpi(Title, Candidates(first, Environment.GetEnvironmentVariable));
        return handle == 0 ? null : new MpiLibrary(finding, handle);
    }

    /// <summary>Full paths, and bare names that are left to the system's loader, in the order they are tried.</summary>
    internal static IEnumerable<string> Candidates(MpiKind? first, Func<string, string?> variable)
    {
        string[] names = first == MpiKind.Mpich
            ? [.. MpichNames, .. OpenMpiNames] : [.. OpenMpiNames, .. MpichNames];
        if (variable(PathVariable) is { Length: > 0 } given)
        {
            string path = Path.GetFullPath(given);
            return Directory.Exists(path) ? names.Select(n => Path.Combine(path, n)) : [path];
        }

        return [.. names, .. names.SelectMany(n => Folders.Select(f => Path.Combine(f, n)))];
    }

    /// <summary>The words of the library for an error code.</summary>
    internal static string Words(int code)
    {
        byte[] text = new byte[LongestText];
        fixed (byte* p = text)
        {
            return MpiApi.MPI_Error_string(code, p, out int length) == 0
                ? Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, text.Length))
                : $"error {code}";
        }
    }

    private static string VersionText()
    {
        byte[] text = new byte[LongestText];
        fixed (byte* p = text)
        {
            _ = MpiApi.MPI_Get_library_version(p, out int length);
            return Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, text.Length)).Split('\n', '\0')[0].Trim();
        }
    }
}
