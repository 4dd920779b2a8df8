namespace MolEngine.Yaml;

/// <summary>An input that a config names by something else than a path.</summary>
/// <param name="Paths">Where it lies, absolute; empty where it is not there.</param>
/// <param name="Missing">Then what was looked for and what to do, as the end of a sentence.</param>
/// <param name="IsAddress">Whether the text can be no path.</param>
public sealed record NamedInput(IReadOnlyList<string> Paths, string Missing, bool IsAddress);
