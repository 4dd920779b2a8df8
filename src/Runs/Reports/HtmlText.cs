using System.Runtime.CompilerServices;
using System.Text;

namespace MolEngine.Runs.Reports;

/// <summary>Markup that is ready: it goes into a page as it is.</summary>
public readonly record struct Markup(string Text)
{
    /// <summary>Makes markup of a text with holes, which are escaped.</summary>
    public static Markup Of(HtmlText text) => new(text.ToString());

    /// <summary>A text, perhaps a path, that may be broken behind each slash.</summary>
    public static Markup Breakable(string text) => new(HtmlText.Escape(text).Replace("/", "/<wbr />"));

    public override string ToString() => Text ?? "";
}

/// <summary>
/// An interpolated string of HTML: what the source spells out is markup, what fills a hole is text and is escaped,
/// unless it is <see cref="Markup"/>. Forgetting to escape is not possible; only these types fit a hole.
/// </summary>
[InterpolatedStringHandler]
public readonly ref struct HtmlText
{
    private readonly StringBuilder _html;

    public HtmlText(int literalLength, int holes) => _html = new StringBuilder(literalLength + (16 * holes));

    public void AppendLiteral(string markup) => _html.Append(markup);

    public void AppendFormatted(string? text) => _html.Append(Escape(text));

    public void AppendFormatted(Markup markup) => _html.Append(markup.Text);

    public void AppendFormatted(int number) => _html.Append($"{number}");

    /// <summary>A coordinate of a drawing: hundredths of a unit are finer than any screen shows.</summary>
    public void AppendFormatted(double coordinate) => _html.Append($"{coordinate:0.##}");

    public override string ToString() => _html.ToString();

    /// <summary>
    /// Text for elements and quoted attributes. What HTML cannot hold (control characters, halves of surrogate pairs)
    /// becomes U+FFFD.
    /// </summary>
    public static string Escape(string? text)
    {
        var html = new StringBuilder();
        foreach (Rune rune in (text ?? "").EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&':
                    html.Append("&amp;");
                    break;
                case '<':
                    html.Append("&lt;");
                    break;
                case '>':
                    html.Append("&gt;");
                    break;
                case '"':
                    html.Append("&quot;");
                    break;
                case '\'':
                    html.Append("&#39;");
                    break;
                case '\t' or '\n':
                    html.Append((char)rune.Value);
                    break;
                case '\r':
                    // A line ends with a line feed; HTML turns a bare return into one as well.
                    html.Append("&#13;");
                    break;
                case < 0x20 or (>= 0x7f and < 0xa0):
                    html.Append('\ufffd');
                    break;
                default:
                    html.Append(rune.ToString());
                    break;
            }
        }

        return html.ToString();
    }
}
