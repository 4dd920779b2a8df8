namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>Which of its instructions a response follows, in their order.</summary>
/// <param name="Strict">By the response as it is.</param>
/// <param name="Loose">By any of its eight variants: without first line, last line or both, without asterisks.</param>
public sealed record InstructionVerdict(IReadOnlyList<bool> Strict, IReadOnlyList<bool> Loose)
{
    /// <summary>Whether the response follows all of them: the accuracy by prompt, strict.</summary>
    public bool AllStrict => Strict.All(followed => followed);

    /// <summary>Whether each of them is followed by one of the variants: the accuracy by prompt, loose.</summary>
    public bool AllLoose => Loose.All(followed => followed);
}
