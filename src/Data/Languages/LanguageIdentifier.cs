using System.Globalization;
using System.Text;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data.Languages;

/// <summary>
/// The language of a text: by its script, and among the languages that share a script by their commonest words and by
/// letters that only some of them have.
/// </summary>
/// <remarks>
/// langdetect, which Google's checkers use, compares trigrams with profiles of 55 languages learned from Wikipedia, and
/// draws random numbers at that. Here some forty languages are known, among them all that IFEval asks for. Of a text of
/// few words, or one that mixes languages, the two may say different things; a text in a language that is not known
/// here is called by the nearest one of its script, or by none.
/// </remarks>
public static class LanguageIdentifier
{
    /// <summary>Kana for each Chinese letter from which on a text is Japanese.</summary>
    private const double KanaShare = 0.05;

    /// <summary>What a letter that only some languages have weighs beside a word that is common in one.</summary>
    private const double LetterWeight = 0.5;

    /// <summary>Scripts by the blocks of their letters, and the languages that are written in each.</summary>
    private static readonly (int First, int Last, string[] Languages)[] Scripts =
    [
        (0x0041, 0x024F, LanguageProfiles.Latin), (0x1E00, 0x1EFF, LanguageProfiles.Latin),
        (0x0370, 0x03FF, ["el"]), (0x0400, 0x052F, LanguageProfiles.Cyrillic), (0x0590, 0x05FF, ["he"]),
        (0x0600, 0x06FF, LanguageProfiles.Arabic), (0x0750, 0x077F, LanguageProfiles.Arabic),
        (0xFB50, 0xFDFF, LanguageProfiles.Arabic), (0xFE70, 0xFEFE, LanguageProfiles.Arabic),
        (0x0900, 0x097F, LanguageProfiles.Devanagari), (0x0980, 0x09FF, ["bn"]), (0x0A00, 0x0A7F, ["pa"]),
        (0x0A80, 0x0AFF, ["gu"]), (0x0B80, 0x0BFF, ["ta"]), (0x0C00, 0x0C7F, ["te"]), (0x0C80, 0x0CFF, ["kn"]),
        (0x0D00, 0x0D7F, ["ml"]), (0x0E00, 0x0E7F, ["th"]), (0x1100, 0x11FF, ["ko"]), (0xAC00, 0xD7A3, ["ko"]),
        (0x3040, 0x30FF, ["ja"]), (0x3400, 0x9FFF, ["zh"]),
    ];

    /// <summary>
    /// The ISO 639-1 code of a text's language; null where it has no letters of a script that is known.
    /// </summary>
    public static string? Of(string text)
    {
        Dictionary<string[], int> letters = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetter(rune) && Languages(rune.Value) is { } languages)
                letters[languages] = letters.GetValueOrDefault(languages) + 1;
        }

        if (letters.Count == 0)
            return null;
        int kana = letters.Where(l => l.Key[0] == "ja").Sum(l => l.Value);
        (string[] most, int count) = letters.MaxBy(l => l.Value);
        // Japanese has more Chinese letters than its own.
        if (most[0] == "zh" && kana > KanaShare * count)
            return "ja";
        return most.Length == 1 ? most[0] : Nearest(text, most);
    }

    private static string[]? Languages(int letter)
    {
        foreach ((int first, int last, string[] languages) in Scripts)
        {
            if (letter >= first && letter <= last)
                return languages;
        }

        return null;
    }

    private static string? Nearest(string text, string[] languages)
    {
        string[] words = Words(Nfc.Normalize(text).ToLowerInvariant());
        (string? best, double bestScore) = (null, 0);
        foreach (string language in languages)
        {
            double score = LanguageProfiles.Score(language, words, LetterWeight);
            if (score > bestScore)
                (best, bestScore) = (language, score);
        }

        return best;
    }

    private static string[] Words(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            bool isPart = char.IsLetter(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format;
            plain.Append(isPart ? c : ' ');
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
