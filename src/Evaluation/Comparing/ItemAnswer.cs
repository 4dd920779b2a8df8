using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Comparing;

/// <summary>A model's answer to an item of a task, of several answers their mean.</summary>
/// <param name="Prompt">As it was asked, or the text whose perplexity is measured.</param>
/// <param name="Said">The chosen answer, or what was written; empty for texts.</param>
/// <param name="Expected">The right answer; empty where there is none.</param>
/// <param name="Score">What it adds to the task's headline.</param>
public sealed record ItemAnswer(
    string Subset, int Item, string Prompt, string Said, string Expected, Observation Score)
{
    /// <summary>Probabilities of the choices among themselves; empty where there are none.</summary>
    public IReadOnlyList<double> Probabilities { get; init; } = [];

    /// <summary>Place of the right choice.</summary>
    public int Right { get; init; }

    /// <summary>Whether the answer is simply right or wrong.</summary>
    public bool IsRightOrWrong => Score is { Weight: 1, Value: 0 or 1 };
}
