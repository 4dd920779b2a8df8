using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>The first number after <c>#### </c>: the filter strict-match of lm-evaluation-harness's gsm8k.</summary>
public sealed partial class Gsm8kStrict : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        Match match = Number().Match(output);
        return Verdict.Of(match.Success ? match.Groups[1].Value : null, expected, Gsm8kNumbers.AreEqual);
    }

    [GeneratedRegex(@"#### (\-?[0-9\.\,]+)")]
    private static partial Regex Number();
}
