using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// Yes, no or maybe, as PubMedQA's answers are: the word after the last "answer is" or "answer:", else the word that
/// the text begins with, else the only one of the three that the text has.
/// </summary>
public sealed partial class YesNoMaybe : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected) => Verdict.Of(
        Extract(output)?.ToLowerInvariant(), expected, (o, e) => o == e.Trim().TrimEnd('.').ToLowerInvariant());

    private static string? Extract(string text)
    {
        if (Said().Matches(text) is { Count: > 0 } said)
            return said[^1].Groups[1].Value;
        if (Beginning().Match(text) is { Success: true } beginning)
            return beginning.Groups[1].Value;
        string[] words = [.. Word().Matches(text).Select(m => m.Value.ToLowerInvariant()).Distinct()];
        return words.Length == 1 ? words[0] : null;
    }

    [GeneratedRegex(
        @"\banswer\b(?:\s+(?:to|for)\b[^.\n:]{0,80}?)?\W*(?:is|would be|:)?\W*(yes|no|maybe)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Said();

    [GeneratedRegex(@"^\W*(yes|no|maybe)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\b(?:yes|no|maybe)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
