namespace MolEngine.Kernels.Interop;

/// <summary>What the search for a library came to.</summary>
/// <param name="Title">The library's name for people.</param>
/// <param name="Path">What was loaded, or null.</param>
/// <param name="Tried">All places, in order, up to the one that was loaded.</param>
public sealed record LibraryFinding(string Title, string? Path, IReadOnlyList<LibraryTrial> Tried)
{
    public bool Found => Path is not null;
}
