namespace MolEngine.Evaluation.Answers;

/// <summary>
/// A rule that says whether a model's text answers a question: what it takes from the text, and when that is right.
/// A rule is a pure function: the same texts have the same verdict, and no text is an error.
/// </summary>
public interface IAnswerRule
{
    /// <summary>The verdict about an answer.</summary>
    /// <param name="output">What the model wrote, from the end of the prompt on.</param>
    /// <param name="expected">The accepted answers: right is what any one of them is equal to.</param>
    Verdict Judge(string output, IReadOnlyList<string> expected);
}
