namespace MolEngine.Hub;

/// <summary>What was found of something that is named.</summary>
/// <param name="Paths">Absolute; a glob may find several. Empty where nothing is there.</param>
/// <param name="Missing">Then what is not there, and the command that downloads it, as the end of a sentence.</param>
public sealed record HubFinding(IReadOnlyList<string> Paths, string Missing);
