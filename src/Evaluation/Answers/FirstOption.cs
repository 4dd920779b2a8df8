using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The letter that OpenCompass's first_option_postprocess finds: its patterns in their order, Chinese ones first; where
/// one is found, its first group (the whole match where that is empty) decides by the first of the options' letters
/// that it holds, in the order of the options. A pattern without a letter passes on to the next.
/// </summary>
/// <param name="letters">The letters of the options: ABCD.</param>
/// <remarks>
/// Source: opencompass/utils/text_postprocessors.py. Also what looks like an oversight there is kept, since it decides:
/// two patterns joined for want of a comma, and one whose first group is the blank before the letter.
/// </remarks>
public sealed class FirstOption(string letters) : IAnswerRule
{
    /// <summary>The patterns in their order; @ is a letter of the options as a group, # one without a group.</summary>
    private static readonly string[] Patterns =
    [
        @"答案是?\s*@", @"答案是?\s*：\s*@", @"答案是?\s*:\s*@", @"答案选项应?该?是\s*@", @"答案选项应?该?为\s*@",
        @"答案应该?是\s*@", @"答案应该?选\s*@", @"答案选项为?\s*：\s*@", @"答案选项为?\s+\(?\*?\*?@\*?\*?\)?",
        @"答案选项是?\s*:\s*@", @"答案为\s*@", @"答案选\s*@", @"选择?\s*@", @"故选?\s*@只有选?项?\s?@\s?是?对",
        @"只有选?项?\s?@\s?是?错", @"只有选?项?\s?@\s?不?正确", @"只有选?项?\s?@\s?错误", @"说法不?对选?项?的?是\s?@",
        @"说法不?正确选?项?的?是\s?@", @"说法错误选?项?的?是\s?@", @"@\s?是正确的", @"@\s?是正确答案", @"选项\s?@\s?正确",
        @"所以答\s?@", @"所以\s?(#[.。$]?$)", @"所有\s?(#[.。$]?$)", @"[\s，：:,]@[。，,\.]?$", @"[\s，,：:][故即]@[。\.]?$",
        @"[\s，,：:]因此@[。\.]?$", @"[是为。]\s?@[。\.]?$", @"因此\s?@[。\.]?$", @"显然\s?@[。\.]?$",
        @"答案是\s?(\S+)(?:。|$)", @"答案应该是\s?(\S+)(?:。|$)", @"答案为\s?(\S+)(?:。|$)", @"(?i)ANSWER\s*:\s*@",
        @"[Tt]he answer is:?\s+\(?@\)?", @"[Tt]he answer is:?\s+\(?\*?\*?@\*?\*?\)?",
        @"[Tt]he answer is option:?\s+\(?@\)?", @"[Tt]he correct answer is:?\s+\(?@\)?",
        @"[Tt]he correct answer is option:?\s+\(?@\)?", @"[Tt]he correct answer is:?.*?boxed{@}",
        @"[Tt]he correct option is:?.*?boxed{@}", @"[Tt]he correct answer option is:?.*?boxed{@}",
        @"[Tt]he answer to the question is:?\s+\(?@\)?", @"^选项\s?@", @"^@\s?选?项", @"(\s|^)#[\s。，,：:\.$]",
        @"1.\s?(.*?)$", @"1.\s?@[.。$]?$", @"@:", @"@",
    ];

    private readonly string _letters = letters;

    private readonly Regex[] _patterns =
    [
        .. Patterns.Select(p => new Regex(
            p.Replace("@", $"([{letters}])").Replace("#", $"[{letters}]"),
            RegexOptions.Singleline | RegexOptions.CultureInvariant)),
    ];

    public Verdict Judge(string output, IReadOnlyList<string> expected) =>
        Verdict.Of(Extract(output.Trim()), expected, OptionLetters.AreEqual);

    private string? Extract(string text)
    {
        foreach (Regex pattern in _patterns)
        {
            if (pattern.Match(text) is not { Success: true } match)
                continue;
            string found = match.Groups[1].Length > 0 ? match.Groups[1].Value : match.Value;
            foreach (char letter in _letters)
            {
                if (found.Contains(letter))
                    return letter.ToString();
            }
        }

        return null;
    }
}
