using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>How long a response is, in sentences, words and paragraphs.</summary>
internal static partial class LengthChecks
{
    /// <summary>Marks that end the first word of a paragraph.</summary>
    private const string WordEnds = ".,?!'\"";

    public static Func<string, bool> Sentences(InstructionArguments arguments)
    {
        Func<int, bool> count = arguments.Count("relation", "num_sentences");
        return response => count(SentenceSplitter.Sentences(response).Count);
    }

    public static Func<string, bool> Words(InstructionArguments arguments)
    {
        Func<int, bool> count = arguments.Count("relation", "num_words");
        return response => count(Word().Count(response));
    }

    /// <summary>
    /// Paragraphs are what stands between the dividers ***; only the first and the last may be empty.
    /// </summary>
    public static Func<string, bool> Paragraphs(InstructionArguments arguments)
    {
        int expected = arguments.Number("num_paragraphs");
        return response =>
        {
            string[] paragraphs = Divider().Split(response);
            int count = paragraphs.Length;
            for (int i = 0; i < paragraphs.Length; i++)
            {
                if (paragraphs[i].Trim().Length > 0)
                    continue;
                if (i > 0 && i < paragraphs.Length - 1)
                    return false;
                count--;
            }

            return count == expected;
        };
    }

    /// <summary>
    /// Paragraphs are what stands between empty lines here; empty ones are not counted, but keep their place.
    /// </summary>
    public static Func<string, bool> FirstWord(InstructionArguments arguments)
    {
        int expected = arguments.Number("num_paragraphs"), nth = arguments.Number("nth_paragraph");
        string word = arguments.Text("first_word").ToLowerInvariant();
        return response =>
        {
            string[] paragraphs = response.Split("\n\n");
            int count = paragraphs.Count(p => p.Trim().Length > 0);
            if (count != expected || nth < 1 || nth > count)
                return false;
            string first = Blank().Split(paragraphs[nth - 1].Trim())[0].TrimStart('\'').TrimStart('"');
            int end = first.AsSpan().IndexOfAny(WordEnds);
            return first.Length > 0 && first[..(end < 0 ? first.Length : end)].ToLowerInvariant() == word;
        };
    }

    // Python's \w, which has no combining marks: nltk cuts words of Indic scripts at their vowel signs.
    [GeneratedRegex(@"[\p{L}\p{N}_]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\s?\*\*\*\s?")]
    private static partial Regex Divider();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
