using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Takes the answer out of a model's text: what stands in the last box (several that only commas or "and" join are a
/// list); else what "final answer is", then what "answer is" or "answer:" says last; else the last formula; else the
/// last number.
/// </summary>
internal static partial class MathExtraction
{
    /// <summary>
    /// Characters at the end of a text that are searched where there is no box: an answer does not stand before them,
    /// and a search through 30,000 tokens of thinking must not take seconds.
    /// </summary>
    private const int Searched = 20_000;

    public static string? Answer(string output)
    {
        if (Boxed(output) is { } boxed)
            return boxed;
        string end = output.Length > Searched ? output[^Searched..] : output;
        return Said(Final().Matches(end)) ?? Said(Plain().Matches(end)) ?? LastFormula(end) ?? LastNumber(end);
    }

    /// <summary>
    /// What the last box says, with the boxes before it that it is joined to; null where there is none.
    /// </summary>
    public static string? Boxed(string text)
    {
        List<BoxedText.Box> boxes = BoxedText.All(text);
        if (boxes.Count == 0)
            return null;
        int first = boxes.Count - 1;
        while (first > 0 && Joint().IsMatch(text[boxes[first - 1].End..boxes[first].Start]))
            first--;
        return string.Join(", ", boxes.Skip(first).Select(b => b.Content));
    }

    /// <summary>
    /// A formula right after the words, else the rest of the sentence; null where the words are not there.
    /// </summary>
    private static string? Said(MatchCollection matches)
    {
        if (matches.Count == 0)
            return null;
        string rest = matches[^1].Groups["rest"].Value;
        MatchCollection formulas = Formula().Matches(rest);
        string sentence = Reason().Split(SentenceEnd().Split(rest.Trim(), 2)[0], 2)[0].Trim(' ', '*', ':');
        if (formulas.Count > 0 && formulas[0].Index <= sentence.Length)
        {
            // $5$ and $7$ are one answer.
            Match first = formulas[0];
            string joined = Content(first);
            for (int i = 1; i < formulas.Count
                && Joint().IsMatch(rest[(formulas[i - 1].Index + formulas[i - 1].Length)..formulas[i].Index]); i++)
            {
                joined += ", " + Content(formulas[i]);
            }

            return joined;
        }

        return sentence.Length > 0 ? sentence : null;
    }

    private static string? LastFormula(string text)
    {
        MatchCollection formulas = Formula().Matches(text);
        return formulas.Count == 0 ? null : Content(formulas[^1]);
    }

    private static string? LastNumber(string text)
    {
        MatchCollection numbers = Number().Matches(text);
        return numbers.Count == 0 ? null : numbers[^1].Value;
    }

    private static string Content(Match formula) =>
        formula.Groups.Cast<Group>().Skip(1).First(g => g.Success).Value.Trim();

    [GeneratedRegex(@"final answer(?:[^.\n]{0,100}?\sis|\s*[:：])[:\s*]*(?<rest>[^\n]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Final();

    [GeneratedRegex(@"\banswer(?:\s+is|\s*[:：])[:\s*]*(?<rest>[^\n]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Plain();

    [GeneratedRegex(
        @"\$\$(.+?)\$\$|(?<!\\)\$((?:\\\$|[^$\n])+?)(?<!\\)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", RegexOptions.Singleline)]
    private static partial Regex Formula();

    // A number, or what is one in LaTeX without dollar signs; the 2 of cm^2 is none.
    [GeneratedRegex(
        @"(?<![\w.^]|\^\{)-?(?:\d*\\[dt]?frac\{[^{}]+\}\{[^{}]+\}|\d*\\sqrt\{[^{}]+\}|\d+\\pi\b"
        + @"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\s*/\s*\d+|\d+\.\d+|\.\d+|\d+)(?:\s*%)?")]
    private static partial Regex Number();

    /// <summary>What follows an answer as its reason.</summary>
    [GeneratedRegex(@"(?<=\S),?\s+(?:because|since|as|which|so|where|but|not)\s")]
    private static partial Regex Reason();

    [GeneratedRegex(@"^[\s$,;*]*(?:\\text\{)?\s*(?:,|and|or|\\quad|\\\\|&)?\s*\}?[\s$,;*]*$")]
    private static partial Regex Joint();

    [GeneratedRegex(@"\.(?:\s|$)|[!?;](?:\s|$)")]
    private static partial Regex SentenceEnd();
}
