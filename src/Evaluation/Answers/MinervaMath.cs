using System.Text.RegularExpressions;
using MolEngine.Evaluation.Answers.Maths;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// MATH as Minerva and lm-evaluation-harness's minerva_math score it: what stands between "Final Answer: The final
/// answer is" and "I hope it is correct.", normalised as in appendix D of Lewkowycz et al. (2022); equal where the
/// normal forms are, or have the same value.
/// </summary>
/// <remarks>The harness asks sympy for the value; here <see cref="MathAnswer"/> gives it.</remarks>
public sealed partial class MinervaMath : IAnswerRule
{
    private const string Ending = "I hope it is correct.";

    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        Match match = Final().Match(output + Ending);
        string? answer = match.Success ? MinervaText.Normalized(match.Groups[1].Value.Trim()) : null;
        return Verdict.Of(answer, expected, AreEqual);
    }

    /// <param name="expected">An answer, or a solution with the answer in its last box.</param>
    private static bool AreEqual(string answer, string expected)
    {
        string gold = MinervaText.Normalized(BoxedText.Last(expected) ?? expected);
        return answer == gold || MathAnswer.AreEqual(answer, gold);
    }

    [GeneratedRegex(@"Final Answer: The final answer is(.*?). I hope it is correct.")]
    private static partial Regex Final();
}
