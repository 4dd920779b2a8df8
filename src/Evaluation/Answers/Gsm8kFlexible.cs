using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>The last number of the text: the filter flexible-extract of lm-evaluation-harness's gsm8k.</summary>
public sealed partial class Gsm8kFlexible : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        MatchCollection matches = Number().Matches(output);
        return Verdict.Of(matches.Count > 0 ? matches[^1].Value : null, expected, Gsm8kNumbers.AreEqual);
    }

    // Two characters of these at least: a single dot or dollar sign is no number, a single digit is one.
    [GeneratedRegex(@"-?[$0-9.,]{2,}|-?[0-9]+")]
    private static partial Regex Number();
}
