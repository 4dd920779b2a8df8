using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The letter of a multiple-choice answer in free words. What says most is looked for first: a letter in a box, the
/// last "answer is" or "answer:", the last "B is correct", a text that begins with a letter and its mark (<c>A)
/// ...</c>, <c>(B)</c>, <c>**C.**</c>), and at last the only letter that stands alone; two different ones are no
/// answer. A letter that is denied ("not A"), that another stands beside ("A or B"), or that is part of a name
/// ("vitamin A", "B cells") is none; a small letter is one only where a mark or the end of a line follows.
/// </summary>
/// <param name="letters">The letters of the options: ABCD.</param>
public sealed partial class Letter(string letters) : IAnswerRule
{
    /// <summary>Marks that may stand between the words and the letter.</summary>
    private const string Opening = @"[\s*_`""'$:(\[{：（]*";

    /// <summary>
    /// A letter ends where no letter, digit or apostrophe goes on: the A of "A'" or "Aspirin" is none.
    /// </summary>
    private const string End = @"(?![\p{L}\p{N}'’])";

    /// <summary>What a letter behind it is part of the name of.</summary>
    private const string Named =
        "vitamin|hepatitis|influenza|type|group|class|grade|stage|factor|protein|category|appendix|immunoglobulin";

    private readonly Regex[] _last =
    [
        Pattern($@"\\boxed{{\s*(?:\\(?:text|textbf|mathrm|mathbf)\s*{{)?[\s(]*(?<letter>[{letters}]){End}"),
        Pattern(
            $@"(?i:answer|option|choice)(?i:\s+(?:option|choice|letter))?(?i:\s*(?:is|was|would be|should be|[:：=])\s*"
            + $@"(?:therefore|thus|clearly|option|choice|letter)?){Opening}"
            + $@"(?:(?<letter>[{letters}]){End}{NoOther(letters)}|{Small(letters)})"),
        Pattern(
            $@"(?<![\p{{L}}\p{{N}}'’]|\bn?or\s+)(?<letter>[{letters}])[)\].:*_]*\s+(?i:is|would be)\s+"
            + @"(?i:the\s+)?(?i:correct|right|best|most\s+likely|most\s+appropriate)\b"),
        Pattern($@"(?:答案|选项?|選擇?)(?:应该|應該)?[是为為选選]?{Opening}(?<letter>[{letters}])(?![a-zA-Z])"),
    ];

    /// <summary>An A that begins a sentence is no letter of an option: a mark or the end must follow.</summary>
    private readonly Regex _first = Pattern(
        $@"^{Opening}(?:(?<letter>[{letters}])(?:[\s*_`""'$]*(?:[)\].:,、。．：）]|$)|[*_]*\r?\n)|{Small(letters)})");

    private readonly Regex _alone = Pattern(
        $@"(?<![\p{{L}}\p{{N}}'’]|(?i:\bnot|n't|n’t|\bnever|\bneither|\bnor|\bthan|\b(?:{Named}))[\s(*]+)"
        + $@"(?<letter>[{letters}]){End}(?![\s-](?i:cells?|lymphocytes?|virus|antigens?|strains?)\b)");

    public Verdict Judge(string output, IReadOnlyList<string> expected) =>
        Verdict.Of(Extract(HalfWidth(output.Trim())), expected, OptionLetters.AreEqual);

    private string? Extract(string text)
    {
        foreach (Regex pattern in _last)
        {
            if (pattern.Matches(text) is { Count: > 0 } matches)
                return matches[^1].Groups["letter"].Value.ToUpperInvariant();
        }

        if (_first.Match(text) is { Success: true } first)
            return first.Groups["letter"].Value.ToUpperInvariant();
        string[] alone = [.. _alone.Matches(text).Where(m => !IsWord(text, m)).Select(m => m.Value).Distinct()];
        return alone.Length == 1 ? alone[0] : null;
    }

    /// <summary>No other letter is said in the same breath: "A or B" is no answer.</summary>
    private static string NoOther(string letters) =>
        $@"(?![)\]\s*.]*(?:,|/|&|\bor\b|\band\b)\s*[(\[*]*[{letters}]{End})";

    /// <summary>A small letter that nothing but its mark, or the end of the line, follows.</summary>
    private static string Small(string letters) =>
        $@"(?<letter>[{letters.ToLowerInvariant()}])(?:[*_`""'$ ]*(?:[)\]:]|\.(?:\s|$)|\r?\n|$))";

    private static string HalfWidth(string text) =>
        string.Concat(text.Select(c => c is >= 'Ａ' and <= 'Ｚ' ? (char)(c - 'Ａ' + 'A') : c));

    /// <summary>The A of "A patient" and the I of "I think": before a word in small letters it is a word.</summary>
    private static bool IsWord(string text, Match match)
    {
        int next = match.Index + 2;
        if (next >= text.Length || text[next - 1] != ' ' || !char.IsLower(text[next]))
            return false;
        return match.Value switch
        {
            "A" => !AfterA().IsMatch(text, next),
            "I" => !AfterI().IsMatch(text, next),
            _ => false,
        };
    }

    /// <summary>A small word that follows an option's letter, and no article.</summary>
    [GeneratedRegex(@"\G(?:or|and|is|was|are|because|since|would|seems|appears|cannot|but|as)\b")]
    private static partial Regex AfterA();

    /// <summary>One that follows an option's letter, and no speaker.</summary>
    [GeneratedRegex(@"\G(?:or|and|is|are|because|since|seems|appears)\b")]
    private static partial Regex AfterI();

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.CultureInvariant);
}
