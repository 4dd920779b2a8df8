using System.Globalization;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What Python means by white space and by a name.</summary>
internal static class PythonText
{
    /// <summary><c>str.isspace</c>: Unicode's white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static int SkipSpaces(string text, int at)
    {
        while (at < text.Length && IsSpace(text[at]))
            at++;
        return at;
    }

    /// <summary>Where the text ends but for the white space behind it.</summary>
    public static int EndWithoutSpaces(string text, int start, int end)
    {
        while (end > start && IsSpace(text[end - 1]))
            end--;
        return end;
    }

    /// <summary>What a name may hold; one unit of a pair beyond the basic plane may be of a letter.</summary>
    public static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation
            or UnicodeCategory.LetterNumber;

    public static bool IsIdentifier(string name) => name.Length > 0
        && (name[0] == '_' || char.IsLetter(name, 0)
            || CharUnicodeInfo.GetUnicodeCategory(name, 0) == UnicodeCategory.LetterNumber)
        && name.All(IsNamePart);

    /// <summary>Line breaks as LF: <c>\r\n</c> and <c>\r</c> count as one.</summary>
    public static string LineFeeds(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n").Replace('\r', '\n') : text;
}
