using System.Globalization;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Which characters Python shows as they are.</summary>
internal static class Printed
{
    /// <summary>The code point at a unit as <c>repr</c> writes it.</summary>
    public static string Escape(string text, int at, char quote)
    {
        char c = text[at];
        string? named = c switch
        {
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => c == quote ? $"\\{quote}" : null,
        };
        if (named is not null)
            return named;
        bool isPair = char.IsSurrogatePair(text, at);
        if (IsPrintable(text, at))
            return isPair ? text.Substring(at, 2) : c.ToString();
        int code = isPair ? char.ConvertToUtf32(text, at) : c;
        return code < 0x100 ? $"\\x{code:x2}" : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}";
    }

    /// <summary>Whether every character of a text is shown as it is.</summary>
    public static bool IsPrintable(string text)
    {
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            if (!IsPrintable(text, i))
                return false;
        }

        return true;
    }

    private static bool IsPrintable(string text, int at) =>
        text[at] == ' ' || IsPrintable(CharUnicodeInfo.GetUnicodeCategory(text, at));

    private static bool IsPrintable(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
