namespace MolEngine.Basics.Files;

/// <summary>
/// Paths as the disk knows them: symbolic links are followed in every part, what is not there is taken as it is named.
/// </summary>
public static class RealPath
{
    /// <summary>Links that are followed at most, as Linux does: more is a circle.</summary>
    private const int MostLinks = 40;

    private static readonly StringComparison Names =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The absolute path of a file or folder, there or not: no link in it, no separator at its end.</summary>
    public static string Of(string path)
    {
        int links = 0;
        return Of(path, ref links);
    }

    /// <summary>
    /// The file that a path leads to: its length and time. .NET has those of a link from the link itself.
    /// </summary>
    public static FileInfo FileAt(string path) => new(Of(path));

    /// <summary>Whether a path is a folder or lies below it. Both as <see cref="Of(string)"/> gives them.</summary>
    public static bool IsWithin(string path, string folder) =>
        path.Equals(folder, Names)
        || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, Names)
        || folder.Equals(Path.GetPathRoot(path), Names);

    private static string Of(string path, ref int links)
    {
        string full = Path.GetFullPath(path), real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = new FileInfo(next).LinkTarget is { } target && links++ < MostLinks
                ? Of(Path.Combine(real, target), ref links)
                : next;
        }

        return real;
    }
}
