using System.Globalization;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>A time as C's <c>strftime</c> writes it in the C locale, glibc's flags and widths included.</summary>
internal static class Strftime
{
    private static readonly Dictionary<char, Func<DateTimeOffset, string>> Texts = new()
    {
        ['a'] = t => Invariant(t, "ddd"),
        ['A'] = t => Invariant(t, "dddd"),
        ['b'] = t => Invariant(t, "MMM"),
        ['h'] = t => Invariant(t, "MMM"),
        ['B'] = t => Invariant(t, "MMMM"),
        ['p'] = t => t.Hour < 12 ? "AM" : "PM",
        ['P'] = t => t.Hour < 12 ? "am" : "pm",
        ['f'] = t => Invariant(t, "ffffff"),
        ['c'] = t => $"{Invariant(t, "ddd MMM")} {t.Day,2} {Invariant(t, "HH:mm:ss yyyy")}",
        ['D'] = t => Invariant(t, "MM'/'dd'/'yy"),
        ['x'] = t => Invariant(t, "MM'/'dd'/'yy"),
        ['F'] = t => Invariant(t, "yyyy-MM-dd"),
        ['T'] = t => Invariant(t, "HH:mm:ss"),
        ['X'] = t => Invariant(t, "HH:mm:ss"),
        ['R'] = t => Invariant(t, "HH:mm"),
        ['r'] = t => $"{Twelve(t):00}:{t.Minute:00}:{t.Second:00} {(t.Hour < 12 ? "AM" : "PM")}",
        ['z'] = _ => "",
        ['Z'] = _ => "",
        ['n'] = _ => "\n",
        ['t'] = _ => "\t",
        ['%'] = _ => "%",
    };

    private static readonly Dictionary<char, (Func<DateTimeOffset, long> Value, int Width, char Pad)> Figures = new()
    {
        ['Y'] = (t => t.Year, 1, '0'),
        ['C'] = (t => t.Year / 100, 2, '0'),
        ['y'] = (t => t.Year % 100, 2, '0'),
        ['m'] = (t => t.Month, 2, '0'),
        ['d'] = (t => t.Day, 2, '0'),
        ['e'] = (t => t.Day, 2, ' '),
        ['H'] = (t => t.Hour, 2, '0'),
        ['k'] = (t => t.Hour, 2, ' '),
        ['I'] = (t => Twelve(t), 2, '0'),
        ['l'] = (t => Twelve(t), 2, ' '),
        ['M'] = (t => t.Minute, 2, '0'),
        ['S'] = (t => t.Second, 2, '0'),
        ['s'] = (t => t.ToUnixTimeSeconds(), 1, '0'),
        ['j'] = (t => t.DayOfYear, 3, '0'),
        ['w'] = (t => (int)t.DayOfWeek, 1, '0'),
        ['u'] = (t => t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek, 1, '0'),
        ['U'] = (t => (t.DayOfYear + 6 - (int)t.DayOfWeek) / 7, 2, '0'),
        ['W'] = (t => (t.DayOfYear + 6 - (((int)t.DayOfWeek + 6) % 7)) / 7, 2, '0'),
        ['V'] = (t => ISOWeek.GetWeekOfYear(t.DateTime), 2, '0'),
        ['G'] = (t => ISOWeek.GetYear(t.DateTime), 1, '0'),
        ['g'] = (t => ISOWeek.GetYear(t.DateTime) % 100, 2, '0'),
    };

    /// <param name="format">A text with directives: <c>%Y-%m-%d</c>.</param>
    public static string Format(Value format, DateTimeOffset time)
    {
        if (format is not Str { Text: var text })
            throw TemplateFault.Type($"strftime() argument 1 must be str, not {format.TypeName}");
        var written = new System.Text.StringBuilder();
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '%')
                at = Directive(text, at, time, written);
            else
                written.Append(text[at++]);
        }

        return written.ToString();
    }

    /// <returns>Where the format goes on.</returns>
    private static int Directive(string format, int start, DateTimeOffset time, System.Text.StringBuilder written)
    {
        int at = start + 1;
        string flags = Take(format, ref at, c => "_-0^#".Contains(c));
        string width = Take(format, ref at, char.IsAsciiDigit);
        if (at < format.Length && format[at] is 'E' or 'O')
            at++;
        if (at >= format.Length || width.Length > 3)
            return Unknown(format, start, format.Length, written);
        char directive = format[at];
        int least = width.Length > 0 ? int.Parse(width) : 0;
        if (Figures.TryGetValue(directive, out (Func<DateTimeOffset, long> Value, int Width, char Pad) figure))
        {
            string digits = figure.Value(time).ToString();
            char pad = flags.LastOrDefault(c => c is '_' or '0') switch { '_' => ' ', '0' => '0', _ => figure.Pad };
            bool isBare = flags.Contains('-');
            written.Append(digits.PadLeft(Math.Max(isBare ? 0 : figure.Width, least), pad));
        }
        else if (Texts.TryGetValue(directive, out Func<DateTimeOffset, string>? text))
        {
            string value = flags.Contains('^') ? text(time).ToUpperInvariant() : text(time);
            if (flags.Contains('#'))
                value = directive == 'p' ? value.ToLowerInvariant() : value.ToUpperInvariant();
            written.Append(value.PadLeft(least, flags.Contains('0') ? '0' : ' '));
        }
        else
        {
            return Unknown(format, start, at + 1, written);
        }

        return at + 1;
    }

    /// <summary>What is no directive is written as it is.</summary>
    private static int Unknown(string format, int start, int end, System.Text.StringBuilder written)
    {
        written.Append(format, start, end - start);
        return end;
    }

    private static string Take(string text, ref int at, Func<char, bool> isTaken)
    {
        int start = at;
        while (at < text.Length && isTaken(text[at]))
            at++;
        return text[start..at];
    }

    private static int Twelve(DateTimeOffset time) => time.Hour % 12 == 0 ? 12 : time.Hour % 12;

    private static string Invariant(DateTimeOffset time, string format) =>
        time.ToString(format);
}
