namespace MolEngine.Support;

/// <summary>
/// Where the shared test material lies: MOLENGINE_SHARED (default: "shared" beside the repository) and
/// MOLENGINE_REFERENCE (default: "reference" in it). Cases are found by listing. Tests that need them skip, saying so,
/// where they are absent.
/// </summary>
public static class Shared
{
    /// <summary>The repository's root: the nearest folder above the test binaries that holds MolEngine.slnx.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("MOLENGINE_SHARED") ?? Path.Combine(Repository, "..", "shared");

    public static string Reference { get; } =
        Environment.GetEnvironmentVariable("MOLENGINE_REFERENCE") ?? Path.Combine(Folder, "reference");

    /// <summary>A path under the shared folder; skips the test where it is absent.</summary>
    public static string FilePath(params string[] parts) => Existing(Path.Combine([Folder, .. parts]));

    /// <summary>A path under the reference folder; skips the test where it is absent.</summary>
    public static string ReferencePath(params string[] parts) => Existing(Path.Combine([Reference, .. parts]));

    /// <summary>
    /// Names of the case folders under reference/cases that hold <paramref name="file"/>, for a theory's data. Where
    /// none is found the list has one entry, <see cref="None"/>, so that the theory runs, skips and says why.
    /// </summary>
    public static IEnumerable<string> CasesWith(string file)
    {
        string cases = Path.Combine(Reference, "cases");
        string[] found = !Directory.Exists(cases)
            ? []
            : [.. Directory.GetDirectories(cases).Where(d => File.Exists(Path.Combine(d,
                file))).Select(d => Path.GetFileName(d)).Order()];
        return found.Length > 0 ? found : [None];
    }

    /// <summary>Stands for "no case found" in a theory's data.</summary>
    public const string None = "(none)";

    private static string Existing(string path)
    {
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"shared test material is absent: {path}");
        return path;
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "MolEngine.slnx")))
                return d.FullName;
        }

        throw new DirectoryNotFoundException($"no MolEngine.slnx above {AppContext.BaseDirectory}");
    }
}
