namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>Where the data of a task, or of a subset, lies.</summary>
/// <param name="Layout">The layout that was found.</param>
/// <param name="Test">Its files, in order.</param>
/// <param name="Examples">Those of the examples; empty where there are none.</param>
/// <param name="Texts">Files whose texts templates see, by name.</param>
public sealed record FoundData(
    DataSource Layout, IReadOnlyList<string> Test, IReadOnlyList<string> Examples,
    IReadOnlyList<(string Name, string File)> Texts)
{
    /// <summary>All of its files that what is asked depends on.</summary>
    /// <param name="withExamples">Whether there are examples in the prompts.</param>
    public IEnumerable<string> Files(bool withExamples) =>
        [.. Test, .. withExamples ? Examples : [], .. Texts.Select(t => t.File)];
}
