using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's upper and lower case: Unicode's whole rules, of which .NET knows those of one character.</summary>
internal static class CaseRules
{
    public static string Upper(string text) => Map(text, (t, i) => SpecialCases.Upper(t, i));

    public static string Lower(string text) => Map(text, LowerAt);

    /// <summary>The first letter of every word large, the others small; a word is a run of letters with case.</summary>
    public static string Title(string text)
    {
        bool inWord = false;
        return Map(text, (t, i) =>
        {
            string mapped = inWord ? LowerAt(t, i) : SpecialCases.Title(t, i);
            inWord = IsCased(t, i);
            return mapped;
        });
    }

    /// <summary>The first character large, the others small.</summary>
    public static string Capitalize(string text) =>
        Map(text, (t, i) => i == 0 ? SpecialCases.Title(t, i) : LowerAt(t, i));

    public static string SwapCase(string text) => Map(
        text, (t, i) => IsLarge(t, i) ? LowerAt(t, i) : IsSmall(t, i) ? SpecialCases.Upper(t, i) : At(t, i));

    /// <summary>Whether there are letters with case, and all of them are small.</summary>
    public static bool IsLower(string text) => AllCased(text, IsSmall);

    public static bool IsUpper(string text) => AllCased(text, IsLarge);

    public static bool IsTitle(string text)
    {
        bool any = false, inWord = false;
        for (int i = 0; i < text.Length; i += At(text, i).Length)
        {
            if (!IsCased(text, i))
            {
                inWord = false;
                continue;
            }

            if (IsSmall(text, i) != inWord)
                return false;
            (any, inWord) = (true, true);
        }

        return any;
    }

    /// <summary>The code point at a unit.</summary>
    public static string At(string text, int at) =>
        char.IsSurrogatePair(text, at) ? text.Substring(at, 2) : text[at].ToString();

    private static string Map(string text, Func<string, int, string> map)
    {
        var mapped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
            mapped.Append(map(text, i));
        return mapped.ToString();
    }

    private static string LowerAt(string text, int at)
    {
        if (text[at] != 'Σ')
            return SpecialCases.Lower(text, at);
        // The sigma that ends a word has a form of its own.
        int before = at - 1, after = at + 1;
        while (before >= 0 && IsIgnorable(text, before))
            before--;
        while (after < text.Length && IsIgnorable(text, after))
            after++;
        bool ends = before >= 0 && IsCased(text, before) && !(after < text.Length && IsCased(text, after));
        return ends ? "ς" : "σ";
    }

    private static bool AllCased(string text, Func<string, int, bool> isRight)
    {
        bool any = false;
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            if (!IsCased(text, i))
                continue;
            if (!isRight(text, i))
                return false;
            any = true;
        }

        return any;
    }

    private static bool IsCased(string text, int at) => IsLarge(text, at) || IsSmall(text, at)
        || Category(text, at) == UnicodeCategory.TitlecaseLetter;

    private static bool IsLarge(string text, int at) =>
        Category(text, at) == UnicodeCategory.UppercaseLetter || SpecialCases.IsLarge(text, at);

    private static bool IsSmall(string text, int at) =>
        Category(text, at) == UnicodeCategory.LowercaseLetter || SpecialCases.IsSmall(text, at);

    private static bool IsIgnorable(string text, int at) => Category(text, at) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter
        or UnicodeCategory.ModifierSymbol || text[at] is '\'' or '.' or ':' or '·' or '’' or '‘';

    private static UnicodeCategory Category(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at);
}
