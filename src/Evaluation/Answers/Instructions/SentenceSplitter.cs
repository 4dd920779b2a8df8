using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>
/// Sentences of English text by the rules of Punkt (Kiss and Strunk 2006), as nltk's tokenizer applies them. ! and ?
/// end a sentence. A full stop ends one unless an abbreviation stands before it; after an abbreviation, an ellipsis, an
/// initial or a number, what follows decides.
/// </summary>
/// <remarks>
/// The rules are Punkt's. What it learned from a corpus of newspapers is not here: instead of its tables stand a list
/// of common abbreviations, one of words that begin sentences, and one of common words that are written small within
/// sentences. So counts may differ from nltk's where a rare abbreviation ends in a full stop.
/// </remarks>
internal static partial class SentenceSplitter
{
    /// <summary>Abbreviations without their last full stop. Single letters are initials.</summary>
    private static readonly HashSet<string> Abbreviations =
    [
        .. ("mr mrs ms dr prof st sr jr gen sen rep gov lt col maj capt cmdr sgt adm rev hon pres messrs mme "
            + "mlle ph.d m.d b.a m.a m.b.a d.d.s u.s u.k u.n e.u u.s.a u.s.s.r d.c n.y l.a i.e e.g cf viz vs v "
            + "p.m a.m p.s p.p.s jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur "
            + "thurs fri sat sun ave blvd rd mt ft inc corp co ltd bros dept univ assn est no nos vol fig figs "
            + "eq sec ch pp ed eds trans ca approx min max tel calif conn fla ga ill ind kan ky mass mich minn "
            + "miss mo neb nev okla ore pa tenn tex va vt wash wis wyo ariz colo").Split(' '),
    ];

    /// <summary>Words that mostly begin a sentence where they are written large.</summary>
    private static readonly HashSet<string> Starters =
    [
        .. ("he she it they we you i the this that these those there but however although though while when "
            + "if since because in on at for from with after before during meanwhile moreover furthermore "
            + "additionally also another each some many most several his her its their our your my a an and as "
            + "by so then thus what who where why how once until under unlike despite").Split(' '),
    ];

    /// <summary>The sentences of a text, without the blanks between them.</summary>
    public static List<string> Sentences(string text)
    {
        List<string> sentences = [];
        int start = 0;
        MatchCollection marks = End().Matches(text);
        for (int i = 0; i < marks.Count; i++)
        {
            Match match = marks[i];
            // Of several marks in a word the last decides: "What?!"
            bool isLast = i + 1 == marks.Count
                || text.AsSpan()[match.Index..marks[i + 1].Index].IndexOfAny(' ', '\n', '\t') >= 0;
            if (!isLast || !Breaks(text, match))
                continue;
            int end = match.Index + match.Length;
            // Closing marks belong to the sentence that they close.
            if (Closing().Match(text, end) is { Success: true } closing && closing.Index == end)
                end += closing.Value.TrimEnd().Length;
            Add(text[start..end]);
            start = end;
        }

        Add(text[start..]);
        return sentences;

        void Add(string sentence)
        {
            if (sentence.Trim().Length > 0)
                sentences.Add(sentence.Trim());
        }
    }

    /// <summary>Whether a sentence ends at a mark that blanks or marks follow.</summary>
    private static bool Breaks(string text, Match mark)
    {
        string before = Before().Match(text[..mark.Index]).Value;
        string next = mark.Groups["next"].Value;
        if (mark.Value[^1] != '.')
            return true;
        if (before.EndsWith('.'))
            return StartsSentence(next);
        string word = before.TrimStart('(', '"', '\'', '[', '{', '“', '‘', '*').ToLowerInvariant();
        string last = word[(word.LastIndexOf('-') + 1)..];
        bool isInitial = word.Length == 1 && char.IsLetter(word[0]);
        bool isNumber = word.Length > 0 && word.All(c => char.IsAsciiDigit(c) || c is ',' or '.' or '-');
        if (isInitial)
            return false;
        if (Abbreviations.Contains(word) || Abbreviations.Contains(last) || Initials().IsMatch(word))
            return StartsSentence(next);
        // A number with a full stop is an ordinal or an item's number where a small letter follows.
        return !isNumber || next.Length == 0 || !char.IsLower(next[0]);
    }

    /// <summary>Whether a word, written as it is, can only begin a sentence.</summary>
    private static bool StartsSentence(string next)
    {
        string word = next.TrimStart('"', '\'', '(', '[', '“', '‘', '*').TrimEnd(',', '.', ';', ':', '"', '\'', ')');
        return word.Length > 0 && char.IsUpper(word[0]) && Starters.Contains(word.ToLowerInvariant());
    }

    /// <summary>
    /// A mark that ends sentences, with a mark after it that no word begins with, or blanks and a word.
    /// </summary>
    [GeneratedRegex(@"[.?!](?=[)"";}\]*:@'({\[!?]|\s+(?<next>\S+))")]
    private static partial Regex End();

    [GeneratedRegex(@"\S*$")]
    private static partial Regex Before();

    [GeneratedRegex(@"\G[""'”’)\]}]+(?:\s+|(?=--)|$)")]
    private static partial Regex Closing();

    /// <summary>u.s, m.b.a: letters with full stops between them.</summary>
    [GeneratedRegex(@"^\p{L}(?:\.\p{L})+$")]
    private static partial Regex Initials();
}
