using System.Runtime.CompilerServices;

namespace MolEngine.House.Tests;

/// <summary>Where the house stands, and how it is written in failures.</summary>
internal static class House
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    /// <summary>C# files below a folder of the repository, built ones left out, by their paths.</summary>
    public static IReadOnlyList<string> Sources(params string[] folders) =>
    [
        .. folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !IsBuilt(f)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Project files below a folder of the repository.</summary>
    public static IReadOnlyList<string> Projects(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)
            .Where(f => !IsBuilt(f)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Names of folders that builds and runs make: those that .gitignore has.</summary>
    public static IReadOnlyList<string> Passing { get; } =
    [
        .. File.ReadLines(Path.Combine(Root, ".gitignore")).Where(l => l.EndsWith('/')).Select(l => l.TrimEnd('/')),
    ];

    /// <summary>All files of the repository but what builds and runs have made, relative to the root.</summary>
    public static IReadOnlyList<string> Files() =>
        [.. Below(Root).Select(Shown).Order(StringComparer.Ordinal)];

    /// <summary>A path relative to the root, with slashes.</summary>
    public static string Shown(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder)
            .Where(d => Path.GetFileName(d) is var name && name != ".git" && !Passing.Contains(name))
            .SelectMany(Below));

    private static bool IsBuilt(string path) =>
        Shown(path).Split('/') is { } parts && (parts.Contains("obj") || parts.Contains("bin"));

    private static string Here([CallerFilePath] string path = "") => path;
}
