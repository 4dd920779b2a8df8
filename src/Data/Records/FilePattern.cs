using System.IO.Enumeration;

namespace MolEngine.Data.Records;

/// <summary>
/// A path with wildcards: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number of folders.
/// </summary>
internal sealed class FilePattern
{
    private const string AnyFolders = "**";

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    private readonly string[] _parts;

    public FilePattern(string path) =>
        _parts = path[BaseOf(path).Length..].Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a path has a wildcard in it; a file may have such a name all the same.</summary>
    public static bool IsPattern(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>The folder that all files lie in which match: what comes before the first name with a wildcard.
    /// </summary>
    public static string BaseOf(string path)
    {
        int wildcard = path.AsSpan().IndexOfAny('*', '?');
        return path[..(path.LastIndexOfAny(Separators, wildcard) + 1)];
    }

    /// <param name="relative">Path of a file below the folder.</param>
    public bool Matches(string relative) => Matches(relative.Split(Separators), 0, 0);

    private bool Matches(string[] names, int name, int part)
    {
        if (part == _parts.Length)
            return name == names.Length;
        if (_parts[part] == AnyFolders)
        {
            return Matches(names, name, part + 1)
                || (name < names.Length && Matches(names, name + 1, part));
        }

        return name < names.Length
            && FileSystemName.MatchesSimpleExpression(_parts[part], names[name], ignoreCase: false)
            && Matches(names, name + 1, part + 1);
    }
}
