using System.Reflection;
using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// Loads NVIDIA's libraries and MPI's once for the process, and hands them to the bindings. A library that is absent is
/// looked for anew when it is asked for again.
/// </summary>
internal static class NativeLibraries
{
    public const string Driver = "cuda";
    public const string Nvrtc = "nvrtc";
    public const string CublasLt = "cublasLt";
    public const string Mpi = "mpi";

    private const string Loaded = "loaded";
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, (LibraryFinding Finding, nint Handle)> Open = [];

    static NativeLibraries() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    /// <summary>Makes the bindings ask here. Called before the first of them is used.</summary>
    public static void Bind()
    {
        // The static constructor has done it.
    }

    /// <summary>Looks for a library and loads it; what was loaded first stays.</summary>
    /// <param name="newest">The newest CUDA version that the driver supports, where it is known.</param>
    public static LibraryFinding Find(CudaLibrary library, LibrarySearch search, int newest = int.MaxValue) =>
        Find(library.ImportName, library.Title, () => search.Candidates(library, newest)).Finding;

    /// <summary>Looks for MPI's library and loads it; what was loaded first stays.</summary>
    /// <returns>Its handle too; 0 where none can be loaded.</returns>
    public static (LibraryFinding Finding, nint Handle) FindMpi(string title, IEnumerable<string> candidates) =>
        Find(Mpi, title, () => candidates);

    private static (LibraryFinding Finding, nint Handle) Find(
        string name, string title, Func<IEnumerable<string>> candidates)
    {
        lock (Gate)
        {
            if (Open.TryGetValue(name, out (LibraryFinding Finding, nint Handle) known))
                return known;
            (LibraryFinding Finding, nint Handle) found = Load(title, candidates());
            if (found.Finding.Found)
                Open[name] = found;
            return found;
        }
    }

    /// <summary>Loads the first candidate that can be loaded.</summary>
    public static (LibraryFinding Finding, nint Handle) Load(string title, IEnumerable<string> candidates)
    {
        var tried = new List<LibraryTrial>();
        foreach (string path in candidates)
        {
            nint handle = 0;
            bool byName = Path.GetFileName(path) == path;
            string outcome = byName || File.Exists(path) ? Load(path, out handle) : LibraryTrial.Absent;
            tried.Add(new LibraryTrial(path, byName && handle == 0 ? LibraryTrial.Unknown : outcome));
            if (handle != 0)
                return (new LibraryFinding(title, path, tried), handle);
        }

        return (new LibraryFinding(title, null, tried), 0);
    }

    /// <summary>Loads a library by its full path where it has one: NVRTC then finds its builtins beside it.</summary>
    private static string Load(string path, out nint handle)
    {
        try
        {
            handle = NativeLibrary.Load(path);
            return Loaded;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            return $"cannot be loaded: {FirstReason(path, e.Message)}";
        }
    }

    /// <summary>The loader's line about this very file, out of a message that lists every variation it tried.</summary>
    private static string FirstReason(string path, string message)
    {
        string[] lines = [.. message.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        string? own = lines.FirstOrDefault(l => l.StartsWith($"{path}:", StringComparison.Ordinal));
        return own?[(path.Length + 1)..].Trim() ?? lines.FirstOrDefault() ?? "no reason given";
    }

    /// <summary>0 leaves a library to the runtime's own search.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        // Whoever calls MPI has looked for it first.
        if (name == Mpi)
        {
            lock (Gate)
                return Open[Mpi].Handle;
        }

        CudaLibrary? library = name switch
        {
            Driver => CudaLibrary.Driver,
            Nvrtc => CudaLibrary.Nvrtc,
            CublasLt => CudaLibrary.CublasLt,
            _ => null,
        };
        if (library is null)
            return 0;
        LibraryFinding finding = Find(library, LibrarySearch.Here);
        lock (Gate)
        {
            return finding.Found
                ? Open[name].Handle
                : throw new DllNotFoundException($"{library.Title}: not found on this machine: expected one of "
                    + string.Join(", ", finding.Tried.Select(t => t.Path)) + $". Set {LibrarySearch.PathVariable}.");
        }
    }
}
