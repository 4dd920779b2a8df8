namespace MolEngine.Evaluation;

/// <summary>An option of a question.</summary>
/// <param name="Answer">The answer that it is: "B. text".</param>
/// <param name="Context">Ids before its label.</param>
/// <param name="Label">Ids of its label, by whose probability it is chosen.</param>
public sealed record QuestionOption(string Answer, int[] Context, int[] Label);
