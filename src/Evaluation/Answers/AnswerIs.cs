using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The rest of the line after the first "the answer is": how both harnesses read the answers of BIG-Bench Hard, whose
/// examples end with it. It is compared letter case, the marks around it and a final dot apart, which they do not do;
/// an expected <c>(B)</c> is also met by a B that something follows.
/// </summary>
public sealed partial class AnswerIs : IAnswerRule
{
    private const string Words = "the answer is";

    private static readonly char[] Around = [' ', '\t', '\r', ':', '*', '"', '\'', '`', '$', '.'];

    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        int at = output.IndexOf(Words, StringComparison.OrdinalIgnoreCase);
        string? said = at < 0 ? null : output[(at + Words.Length)..].Split('\n')[0].Trim(Around);
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

    [GeneratedRegex(@"^\(([A-Z])\)$")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\(?([A-Z])(?![\p{L}\p{N}'’])")]
    private static partial Regex SaidOption();
}
