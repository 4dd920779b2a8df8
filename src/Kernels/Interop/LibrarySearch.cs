namespace MolEngine.Kernels.Interop;

/// <summary>
/// Where NVIDIA's libraries may lie, in the order in which they are tried: the folder that the user named
/// (on the command line or in a config, then MOLENGINE_CUDA_PATH), CUDA_PATH and CUDA_HOME, what the system's loader
/// finds by name (LD_LIBRARY_PATH, ldconfig, PATH), pip's packages in the active and in the common Pythons, the usual
/// places of a toolkit.
/// </summary>
/// <param name="windows">File names and places of Windows, else of Linux.</param>
/// <param name="variable">Reads an environment variable.</param>
/// <param name="home">The user's folder.</param>
/// <param name="systemRoot">Stands for "/" or the system drive: tests give a folder of their own.</param>
/// <param name="folder">Tried before all others, or null.</param>
public sealed class LibrarySearch(
    bool windows, Func<string, string?> variable, string home, string systemRoot, string? folder = null)
{
    public const string PathVariable = "MOLENGINE_CUDA_PATH";

    private static readonly string[] LinuxToolkitFolders = ["lib64", "lib"];

    private static readonly string[] WindowsToolkitFolders = ["bin/x64", "bin"];

    private static readonly string[] LinuxPythons =
    [
        "usr/local/lib/python3*/dist-packages", "usr/local/lib/python3*/site-packages",
        "usr/lib/python3*/dist-packages", "usr/lib/python3*/site-packages", "opt/conda/lib/python3*/site-packages",
    ];

    private static readonly string[] LinuxDrivers =
    [
        "usr/lib/wsl/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64",
        "run/opengl-driver/lib", "usr/local/nvidia/lib64", "usr/local/cuda/compat",
    ];

    private static readonly string[] LinuxToolkits = ["usr/local/cuda", "usr/local/cuda-1*", "opt/cuda"];

    private readonly string[] _toolkitFolders = windows ? WindowsToolkitFolders : LinuxToolkitFolders;

    /// <summary>This machine.</summary>
    public static LibrarySearch Here => new(
        OperatingSystem.IsWindows(), Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        OperatingSystem.IsWindows() ? Path.GetPathRoot(Environment.SystemDirectory) ?? @"C:\" : "/");

    /// <summary>
    /// The same search with a folder to begin with (libraries, a toolkit or a site-packages); null changes nothing.
    /// </summary>
    public LibrarySearch From(string? first) => new(windows, variable, home, systemRoot, first ?? folder);

    /// <summary>Full paths, and bare names that are left to the system's loader.</summary>
    /// <param name="newest">The newest CUDA version that the driver supports (12, 13), where it is known.</param>
    internal IEnumerable<string> Candidates(CudaLibrary library, int newest)
    {
        string[] names = [.. library.FileNames(windows, newest)];
        string[] given = [.. folder is null ? [] : new[] { Path.GetFullPath(folder) }, .. Named(PathVariable)];
        IEnumerable<string> named = given.SelectMany(g => (IEnumerable<string>)[g, .. Toolkits([g]), .. Packages(g)]);
        if (library.WithDriver)
            return [.. In(named, names), .. names, .. In(SystemFolders(LinuxDrivers), names)];
        return
        [
            .. In(named.Concat(Toolkits(Named("CUDA_PATH", "CUDA_HOME"))), names), .. names,
            .. In(Pythons().SelectMany(Packages).Concat(CondaFolders()).Concat(Toolkits(UsualToolkits())), names),
        ];
    }

    private static IEnumerable<string> In(IEnumerable<string> folders, string[] names) =>
        folders.Distinct().SelectMany(f => names.Select(n => Path.Combine(f, n)));

    private IEnumerable<string> Toolkits(IEnumerable<string> roots) =>
        roots.SelectMany(root => _toolkitFolders.Select(t => Under(root, t)));

    /// <summary>
    /// The library folders of pip's packages (nvidia-cuda-nvrtc-cu12 and the like) in a site-packages.
    /// </summary>
    private IEnumerable<string> Packages(string sitePackages) => windows
        ? Matching(sitePackages, "nvidia/*/bin").Concat(Matching(sitePackages, "nvidia/*/bin/x86_64"))
        : Matching(sitePackages, "nvidia/*/lib");

    private IEnumerable<string> Pythons()
    {
        string inPrefix = windows ? "Lib/site-packages" : "lib/python3*/site-packages";
        IEnumerable<string> active = Named("VIRTUAL_ENV", "CONDA_PREFIX").SelectMany(p => Matching(p, inPrefix));
        IEnumerable<string> users = windows
            ? Named("LOCALAPPDATA").SelectMany(l => Matching(l, "Programs/Python/Python3*/Lib/site-packages"))
                .Concat(Named("APPDATA").SelectMany(l => Matching(l, "Python/Python3*/site-packages")))
            : Matching(home, ".local/lib/python3*/site-packages");
        return active.Concat(users).Concat(windows ? [] : SystemFolders(LinuxPythons));
    }

    private IEnumerable<string> CondaFolders() =>
        Named("CONDA_PREFIX").Select(p => Under(p, windows ? "Library/bin" : "lib"));

    private IEnumerable<string> UsualToolkits() => windows
        ? Matching(systemRoot, "Program Files/NVIDIA GPU Computing Toolkit/CUDA/v1*")
        : SystemFolders(LinuxToolkits);

    private IEnumerable<string> SystemFolders(IEnumerable<string> patterns) =>
        windows ? [] : patterns.SelectMany(p => Matching(systemRoot, p));

    private IEnumerable<string> Named(params string[] variables) =>
        variables.Select(variable).OfType<string>().Where(v => v.Length > 0).Select(Path.GetFullPath);

    private static string Under(string root, string relative) =>
        Path.Combine(root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>
    /// The folders of a pattern, one "*" a part, the highest version first. A part that matches nothing stays as it is
    /// written: the report then shows where was looked.
    /// </summary>
    private static IEnumerable<string> Matching(string root, string pattern)
    {
        IEnumerable<string> folders = [root];
        foreach (string part in pattern.Split('/'))
            folders = folders.SelectMany(f => Children(f, part));
        return folders;
    }

    private static IEnumerable<string> Children(string folder, string part)
    {
        string plain = Path.Combine(folder, part);
        if (!part.Contains('*') || folder.Contains('*') || !Directory.Exists(folder))
            return [plain];
        try
        {
            string[] found = Directory.GetDirectories(folder, part);
            return found.Length == 0 ? [plain] : found.OrderByDescending(VersionOf).ThenBy(f => f);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [plain];
        }
    }

    /// <summary>The number at the end of a folder's name: 13.1 of "cuda-13.1", 3.12 of "python3.12".</summary>
    private static Version VersionOf(string folder)
    {
        string name = Path.GetFileName(folder);
        string digits = name[(name.AsSpan().LastIndexOfAnyExcept("0123456789.") + 1)..];
        return Version.TryParse(digits.Contains('.') ? digits : digits + ".0", out Version? version)
            ? version
            : new Version();
    }
}
