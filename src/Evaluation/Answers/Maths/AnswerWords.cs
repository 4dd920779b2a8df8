using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Words in answers: those that are the answer, and those that only name a unit or join answers.</summary>
internal static partial class AnswerWords
{
    /// <summary>Letters in a row that make a word rather than a product of variables.</summary>
    private const int WordLetters = 4;

    /// <summary>
    /// The answer where the whole text is words: a single <c>\text</c> that is no number, a time of day, or words as
    /// they are typed. Null where there is mathematics in it.
    /// </summary>
    public static MathAnswer? Whole(string text)
    {
        bool isWords = IsChoice(text) || Time().IsMatch(text) || (OnlyText().Match(text) is { Success: true } only
            ? !Numeric().IsMatch(only.Groups[1].Value)
            : IsTyped(text));
        return isWords ? new MathAnswer.Words(Normal(text)) { Text = text.Replace(" ", "") } : null;
    }

    /// <summary>
    /// What words are compared by: without <c>\text</c>, blanks, marks and letter case; letters of choices in their
    /// order.
    /// </summary>
    public static string Normal(string text)
    {
        string bare = Command().Replace(text, "");
        if (Choices().IsMatch(bare))
        {
            return string.Concat(
                bare.Split([',', ' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
                .ToLowerInvariant();
        }

        string normal = Mark().Replace(bare, "").ToLowerInvariant();
        return normal.Length > 0 ? normal : bare.Trim();
    }

    /// <summary>The text without the units after its numbers, with commas for the words that join answers.</summary>
    public static string WithoutUnits(string text)
    {
        text = Joined().Replace(text, ",");
        if (OnlyText().Match(text) is { Success: true } only)
            text = only.Groups[1].Value;
        text = TextUnit().Replace(text, " ");
        Match match = TypedUnit().Match(text);
        if (IsUnit(match))
            text = match.Groups["value"].Value;
        return text.Trim().TrimEnd('.', ',').Trim();
    }

    /// <summary>Words behind a value that name a unit, or behind a plain number what it counts.</summary>
    private static bool IsUnit(Match typed)
    {
        Group value = typed.Groups["value"], unit = typed.Groups["unit"];
        bool isApart = unit.Index > value.Index + value.Length;
        return typed.Success && (UnitWords.AreAll(unit.Value)
            || (isApart && PlainNumber().IsMatch(value.Value) && UnitWords.AreCounted(unit.Value)));
    }

    /// <summary>A letter of an option in brackets, in a text or alone, or several letters.</summary>
    private static bool IsChoice(string text)
    {
        string bare = Command().Replace(text, "");
        return Choice().IsMatch(text) || (Choices().IsMatch(bare) && bare.Contains(','));
    }

    private static bool IsTyped(string text)
    {
        if (text.Contains('\\') || text.Contains('='))
            return false;
        if (IsUnit(TypedUnit().Match(text)))
            return false;
        foreach (Match word in Letters().Matches(text))
        {
            if (word.Length >= WordLetters && !MathLexer.IsWord(word.Value))
                return true;
        }

        return false;
    }

    [GeneratedRegex(@"^\\text\{([^{}]*)\}[.\s]*$")]
    private static partial Regex OnlyText();

    [GeneratedRegex(@"^(?:[A-Za-z]\s*=\s*)?-?(?:[\d.,/ ]+|\d*\\frac\{\d+\}\{\d+\})$")]
    private static partial Regex PlainNumber();

    /// <summary>A number, with or without a unit, or in brackets.</summary>
    [GeneratedRegex(@"^\s*\(?-?[\d.,/]+\)?(?:\s+[a-zA-Z. ]+)?\s*$")]
    private static partial Regex Numeric();

    [GeneratedRegex(@"^\s*\\text\{\s*\(?[A-Z]\)?\s*\}\s*$|^\s*\(?[A-Z]\)\s*$|^\s*[A-H]\s*$")]
    private static partial Regex Choice();

    [GeneratedRegex(@"^\s*(?:\\text\{)?\s*\d{1,2}\s*:\s*\d{2}(?![\d:])")]
    private static partial Regex Time();

    [GeneratedRegex(@"^\s*\(?[A-Z]\)?(?:\s*,\s*\(?[A-Z]\)?)*\s*$")]
    private static partial Regex Choices();

    [GeneratedRegex(@"\\text\{|[{}]")]
    private static partial Regex Command();

    [GeneratedRegex(@"[\s.,;:!?'""()\-*\\$]")]
    private static partial Regex Mark();

    [GeneratedRegex(@",?\s*(?:\\text\{\s*,?\s*(?:and|or)\s*\}|(?<![a-zA-Z\\])(?:and|or)(?![a-zA-Z]))\s*")]
    private static partial Regex Joined();

    [GeneratedRegex(@"\\text\{[^{}]*\}(?:\^(?:\{?[23]\}?))?")]
    private static partial Regex TextUnit();

    [GeneratedRegex(@"^(?<value>.*[\d)}\]%°])\s*(?<unit>[a-zA-Z][a-zA-Z./ ]*(?:\^\{?[23]\}?)?)$")]
    private static partial Regex TypedUnit();

    [GeneratedRegex(@"[a-zA-Z]+")]
    private static partial Regex Letters();
}
