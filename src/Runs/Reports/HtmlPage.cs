using System.Text;

namespace MolEngine.Runs.Reports;

/// <summary>A page, or a part of one, in the making.</summary>
public sealed class HtmlPage
{
    private readonly StringBuilder _html = new();

    public void Add(HtmlText line) => _html.Append(line.ToString()).Append('\n');

    public void Add(Markup markup) => _html.Append(markup.Text).Append('\n');

    /// <summary>Says that something is not there, and why.</summary>
    public void AddMissing(string sentence) => Add($"""<p class="missing">{sentence}</p>""");

    public override string ToString() => _html.ToString();
}
