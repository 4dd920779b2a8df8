namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>Where the data of a task, or of a subset, lies.</summary>
/// <param name="Layout">The layout that was found.</param>
/// <param name="Test">Its files, in order.</param>
/// <param name="Examples">Those of the examples; empty where there are none.</param>
public sealed record FoundData(DataSource Layout, IReadOnlyList<string> Test, IReadOnlyList<string> Examples);
