using MolEngine.Evaluation.Answers.Maths;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// Answers to questions of mathematics as values, as math_verify compares them: the last box, else what a final answer
/// is said to be, else the last formula or number; equal where the values are: fractions, roots, intervals, sets,
/// points, matrices, equations, expressions in variables, words.
/// </summary>
public sealed class MathValue : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        string? answer = MathExtraction.Answer(output);
        if (answer is null)
            return Verdict.NoAnswer;
        MathAnswer parsed = AnswerParser.Parse(answer);
        return new Verdict(
            expected.Any(e => AnswerComparer.AreEqual(
                AnswerParser.Parse(MathExtraction.Boxed(e) ?? e), parsed)),
            answer);
    }
}
