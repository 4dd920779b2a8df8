namespace MolEngine.Kernels.Interop;

/// <summary>What the search for a library came to.</summary>
/// <param name="Title">The library's name for people.</param>
/// <param name="Path">What was loaded, or null.</param>
/// <param name="Tried">All places, in order, up to the one that was loaded.</param>
public sealed record LibraryFinding(string Title, string? Path, IReadOnlyList<LibraryTrial> Tried)
{
    public bool Found => Path is not null;

    /// <summary>Places where a library lies that could not be loaded.</summary>
    public IEnumerable<LibraryTrial> Broken =>
        Tried.Where(t => t.Path != Path && t.Outcome is not (LibraryTrial.Absent or LibraryTrial.Unknown));

    /// <summary>The places with what came of each, for people: a line for the names in one folder.</summary>
    public string Places => string.Join('\n', Tried
        .GroupBy(t => (Folder: System.IO.Path.GetDirectoryName(t.Path), t.Outcome))
        .Select(g => (g.Key, Names: string.Join(", ", g.Select(t => System.IO.Path.GetFileName(t.Path)))))
        .Select(g => $"  {System.IO.Path.Combine(g.Key.Folder ?? "", g.Names)}: {g.Key.Outcome}"));
}
