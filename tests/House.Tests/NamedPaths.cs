using System.Text.RegularExpressions;

namespace MolEngine.House.Tests;

/// <summary>
/// Paths of the repository that documents name. A word is one where it is a link's target, begins with a folder of the
/// root or of the document's own, ends with a slash, or is a source's file name; NAME and * stand for any name. What
/// leads out of the repository, or into what is built or left behind by runs, is none.
/// </summary>
/// <param name="files">All files of the repository, relative to its root, with slashes.</param>
/// <param name="passing">Names of folders that come and go: bin, obj, runs.</param>
internal sealed partial class NamedPaths(IReadOnlyCollection<string> files, IReadOnlyCollection<string> passing)
{
    private static readonly string[] SourceExtensions = [".cs", ".cu", ".cuh", ".csproj", ".props", ".slnx"];

    private readonly HashSet<string> _entries = [.. files.SelectMany(WithFolders)];

    /// <summary>The paths that a document names, each with its line and whether it is there.</summary>
    /// <param name="document">Its own path.</param>
    public IEnumerable<(string Path, int Line, bool IsThere)> In(string document, string text)
    {
        string folder = document[..(document.LastIndexOf('/') + 1)];
        foreach (Match match in Link().Matches(text))
        {
            string target = match.Groups[1].Value;
            if (target.Length > 0 && !target.Contains(':'))
                yield return (target, LineOf(text, match), IsThere(Resolved(folder + target)));
        }

        string rest = Link().Replace(text, link => new string(' ', link.Length));
        foreach (Match match in Word().Matches(rest))
        {
            string word = match.Value.TrimEnd('.');
            if (word.Split('/').Any(passing.Contains))
                continue;
            if (!word.Contains('/'))
            {
                if (IsSource(word))
                    yield return (word, LineOf(text, match), IsNameOfSome(word));
            }
            else if (word.StartsWith('.') && !_entries.Contains(First(word)))
            {
                if (Resolved(folder + word) is { } path)
                    yield return (word, LineOf(text, match), IsThere(path));
            }
            else if (word[0] != '/' && (IsKnown(First(word)) || IsKnown(folder + First(word)) || word.EndsWith('/')))
            {
                yield return (word, LineOf(text, match), IsThere(word) || IsThere(folder + word));
            }
        }
    }

    private bool IsKnown(string entry) => _entries.Contains(entry);

    private bool IsThere(string? path)
    {
        if (path is null)
            return false;
        path = path.TrimEnd('/');
        return path.Contains("NAME") || path.Contains('*') ? _entries.Any(Pattern(path).IsMatch) : IsKnown(path);
    }

    private bool IsNameOfSome(string name) => _entries.Any(Pattern($"**/{name}").IsMatch) || IsThere(name);

    private static bool IsSource(string word) =>
        SourceExtensions.Any(e => word.EndsWith(e, StringComparison.Ordinal) && word.Length > e.Length);

    private static Regex Pattern(string path) => new(
        $"^{Regex.Escape(path).Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*").Replace("NAME", "[^/]+")}$");

    private static string First(string path) => path[..path.IndexOf('/')];

    /// <summary>Without . and ..; null where that leads out of the repository.</summary>
    private static string? Resolved(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/').Where(p => p is not ("" or ".")))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count == 0)
                return null;
            else
                parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    private static IEnumerable<string> WithFolders(string file)
    {
        for (int end = file.Length; end > 0; end = file.LastIndexOf('/', end - 1))
            yield return file[..end];
    }

    private static int LineOf(string text, Match match) => text.AsSpan(0, match.Index).Count('\n') + 1;

    [GeneratedRegex(@"\]\(([^)#\s]*)(#[^)\s]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[A-Za-z0-9_.*/\-]+")]
    private static partial Regex Word();
}
