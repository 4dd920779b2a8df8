namespace MolEngine.Runs.Records;

/// <summary>What a model makes of a question before training and after.</summary>
/// <param name="InTraining">Whether question and answer are a training document too: then it tests memory only.</param>
/// <param name="After">Null before the training is over.</param>
public sealed record QuestionOutcome(
    string Question, string Expected, bool InTraining, string Before, bool RightBefore, string? After,
    bool? RightAfter);
