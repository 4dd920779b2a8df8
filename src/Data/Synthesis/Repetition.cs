namespace MolEngine.Data.Synthesis;

/// <summary>Finds texts in which a model goes round in circles.</summary>
public static class Repetition
{
    /// <summary>Words, or characters of a script without blanks, that are compared at a time.</summary>
    private const int Run = 6;

    /// <summary>Runs from which on a share says something.</summary>
    private const int FewRuns = 20;

    /// <summary>Share of the runs that stood before, from which on a text is said to repeat itself.</summary>
    public const double Most = 0.4;

    /// <summary>Share of the sentences and lines that were said before, from which on a text repeats itself.</summary>
    public const double MostSentences = 0.25;

    /// <summary>Sentences that are said again in any text: a refrain.</summary>
    private const int FewAgain = 2;

    /// <summary>Whether a text goes round in circles: by its runs of words, or by its sentences and lines.</summary>
    public static bool IsIn(string text) => Share(text) >= Most || ShareOfSentences(text) >= MostSentences;

    /// <summary>
    /// The share of the sentences and lines that were said before, whatever their number in a list; 0 where fewer than
    /// two were. Those of a single word are not counted.
    /// </summary>
    public static double ShareOfSentences(string text)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int all = 0, again = 0;
        foreach (string sentence in text.Split(['.', '!', '?', '\n', '。', '！', '？']))
        {
            string words = Plain(sentence);
            if (!words.Contains(' ') && !words.Any(c => c >= '\u2E80'))
                continue;
            all++;
            again += seen.Add(words) ? 0 : 1;
        }

        return again < FewAgain ? 0 : (double)again / all;
    }

    /// <summary>Letters and digits in small letters, a blank for whatever stands between, without a number before them.
    /// </summary>
    private static string Plain(string sentence)
    {
        string small = sentence.ToLowerInvariant();
        char[] between = [.. small.Where(c => !char.IsLetterOrDigit(c)).Distinct()];
        string[] words = small.Split(between, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.SkipWhile(w => w.All(char.IsDigit)));
    }

    /// <summary>The share of the runs of six words that stood in the text before; 0 of a short text.</summary>
    public static double Share(string text)
    {
        List<string> words = Words(text);
        int runs = words.Count - Run + 1;
        if (runs < FewRuns)
            return 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int again = 0;
        for (int i = 0; i < runs; i++)
            again += seen.Add(string.Join(' ', words.GetRange(i, Run))) ? 0 : 1;
        return (double)again / runs;
    }

    /// <summary>Words between blanks; where letters stand without any between, each letter.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        foreach (string word in text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Any(c => c >= '\u2E80'))
                words.AddRange(word.Select(c => c.ToString()));
            else
                words.Add(word);
        }

        return words;
    }
}
