using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The letter after <c>ANSWER:</c>, in any letter case, or after its Chinese word, as the prompts of OpenCompass's
/// MMLU, MedQA and CMMLU ask for it in a last line. The last one counts: a model that thinks aloud may write the words
/// before.
/// </summary>
/// <param name="letters">The letters of the options: ABCD.</param>
/// <remarks>OpenCompass's match_answer_pattern takes the first; the two differ where a text has several.</remarks>
public sealed class AnswerLetter(string letters) : IAnswerRule
{
    private readonly Regex _pattern = new(
        $@"(?:ANSWER|答案)[*_]*\s*[:：][^\p{{L}}\p{{N}}_]*"
        + $@"(?:\\(?:boxed|text|textbf|mathrm|mathbf)\s*{{[^\p{{L}}\p{{N}}]*)*([{letters}])(?![a-z])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        MatchCollection matches = _pattern.Matches(output);
        string? letter = matches.Count == 0 ? null : matches[^1].Groups[1].Value.ToUpperInvariant();
        return Verdict.Of(letter, expected, OptionLetters.AreEqual);
    }
}
