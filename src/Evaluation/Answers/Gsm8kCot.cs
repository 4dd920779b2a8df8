using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The number after the first "The answer is": the filter strict-match of lm-evaluation-harness's gsm8k_cot, which
/// wants another character after the number.
/// </summary>
public sealed partial class Gsm8kCot : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        Match match = Number().Match(output);
        return Verdict.Of(match.Success ? match.Groups[1].Value : null, expected, Gsm8kNumbers.AreEqual);
    }

    [GeneratedRegex(@"The answer is (\-?[0-9\.\,]+).")]
    private static partial Regex Number();
}
