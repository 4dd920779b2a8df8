using System.Globalization;
using System.Text;

namespace MolEngine.Trainer.Display;

/// <summary>
/// A text whose every character shows: a corpus must not move a terminal's cursor or turn its text around.
/// </summary>
internal static class VisibleText
{
    /// <summary>A line break is ↵, another control character its sign, what has no shape its number.</summary>
    public static string Of(string text)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (rune.Value == '\n')
                shown.Append('\u21b5');
            else if (rune.Value < ' ')
                shown.Append((char)('\u2400' + rune.Value));
            else if (category is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                shown.Append($"<U+{rune.Value:X4}>");
            else
                shown.Append(rune);
        }

        return shown.ToString();
    }

    /// <summary>The same, with each line of the text on a line.</summary>
    public static string InLines(string text) => Of(text).Replace("\u21b5", "\u21b5\n");
}
