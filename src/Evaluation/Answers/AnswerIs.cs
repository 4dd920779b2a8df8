using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The rest of the line after the last "the answer is", without the marks around it and a final dot, compared as it is,
/// letter case apart: how the answers of BIG-Bench Hard are read, which its examples end with. An expected
/// <c>(B)</c> is also met by a B that something follows.
/// </summary>
public sealed partial class AnswerIs : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        MatchCollection matches = Said().Matches(output);
        string? said = matches.Count > 0 ? matches[^1].Groups[1].Value.Trim(' ', '*', '"', '\'', '`', '$', '.') : null;
        return Verdict.Of(said, expected, AreEqual);
    }

    private static bool AreEqual(string extracted, string expected)
    {
        Match option = Option().Match(expected.Trim());
        if (!option.Success)
            return string.Equals(extracted, expected.Trim(), StringComparison.OrdinalIgnoreCase);
        Match said = SaidOption().Match(extracted);
        return said.Success && said.Groups[1].Value == option.Groups[1].Value;
    }

    [GeneratedRegex(@"\b(?:the|so) answer is:?[ \t]*([^\r\n]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Said();

    [GeneratedRegex(@"^\(([A-Z])\)$")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\(?([A-Z])(?![\p{L}\p{N}'’])")]
    private static partial Regex SaidOption();
}
