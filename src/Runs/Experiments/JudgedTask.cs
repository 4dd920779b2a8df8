namespace MolEngine.Runs.Experiments;

/// <summary>A run on the items of one task; of scores more is better.</summary>
/// <param name="IsRightOrWrong">Whether each item is right or wrong, so that the score is a share.</param>
/// <param name="Before">The base's score.</param>
public sealed record JudgedTask(
    string Name, bool IsDomain, string Score, bool IsRightOrWrong, double Before, double After,
    IReadOnlyList<JudgedItem> Items);

/// <param name="Score">For each unit of weight.</param>
public sealed record JudgedItem(string Subset, int Item, double Score);
