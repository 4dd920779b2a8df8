using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>
/// Words as nltk's word_tokenize cuts them, sentence by sentence, by the rules of the Penn Treebank: marks stand alone,
/// contractions are two words (DO N'T, CAN NOT), words with hyphens and slashes are one.
/// </summary>
internal static class WordTokenizer
{
    /// <summary>Patterns and what takes their place, in the order in which they work.</summary>
    private static readonly (Regex Pattern, string Replacement)[] Rules =
    [
        (Of(@"([«“‘„]|[`]+)"), " $1 "), (Of(@"^"""), "``"), (Of(@"(``)"), " $1 "),
        (Of(@"([ \(\[{<])(""|\'{2})"), "$1 `` "), (Of(@"(?i)(\')(?!re|ve|ll|m|t|s|d|n)(\w)\b"), "$1 $2"),
        (Of(@"([^\.])(\.)([\]\)}>""\'»”’ ]*)\s*$"), "$1 $2 $3 "), (Of(@"([:,])([^\d])"), " $1 $2"),
        (Of(@"([:,])$"), " $1 "), (Of(@"\.{2,}"), " $0 "), (Of(@"[;@#$%&]"), " $0 "),
        (Of(@"([^\.])(\.)([\]\)}>""\']*)\s*$"), "$1 $2$3 "), (Of(@"[?!]"), " $0 "), (Of(@"([^'])' "), "$1 ' "),
        (Of(@"[*]"), " $0 "), (Of(@"[\]\[\(\)\{\}\<\>]"), " $0 "), (Of(@"--"), " -- "), (Of(@"^|$"), " "),
        (Of(@"([»”’])"), " $1 "), (Of(@"''"), " '' "), (Of(@""""), " '' "), (Of(@"\s+"), " "),
        (Of(@"([^' ])('[sS]|'[mM]|'[dD]|') "), "$1 $2 "), (Of(@"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) "), "$1 $2 "),
        (Of(@"(?i)\b(can)(not)\b"), " $1 $2 "), (Of(@"(?i)\b(d)('ye)\b"), " $1 $2 "),
        (Of(@"(?i)\b(gim)(me)\b"), " $1 $2 "), (Of(@"(?i)\b(gon)(na)\b"), " $1 $2 "),
        (Of(@"(?i)\b(got)(ta)\b"), " $1 $2 "), (Of(@"(?i)\b(lem)(me)\b"), " $1 $2 "),
        (Of(@"(?i)\b(more)('n)\b"), " $1 $2 "), (Of(@"(?i)\b(wan)(na)(?=\s)"), " $1 $2 "),
        (Of(@"(?i) ('t)(is)\b"), " $1 $2 "), (Of(@"(?i) ('t)(was)\b"), " $1 $2 "),
    ];

    public static IEnumerable<string> Words(string text) => SentenceSplitter.Sentences(text).SelectMany(Cut);

    private static string[] Cut(string sentence)
    {
        foreach ((Regex pattern, string replacement) in Rules)
            sentence = pattern.Replace(sentence, replacement);
        return sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static Regex Of(string pattern) => new(pattern, RegexOptions.CultureInvariant);
}
