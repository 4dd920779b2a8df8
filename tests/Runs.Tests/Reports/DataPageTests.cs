using System.Xml.Linq;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class DataPageTests
{
    private static readonly DataView View = new(
        "run.yaml", [new("plan", "3 steps of <8> rows")],
        [
            new(
                "a & b", "domain", [new("shapes", "qa (2)"), new("left out", "one"), new("left out", "two")],
                [new("1 to 16", 3), new("17 to 32", 0), new("33 to 64", 12)],
                [new("<|im_start|>user\u21b5\n", false), new("<script>", true)], 7),
            new("empty", "general", [], [], [], 0),
        ],
        ["seen 9 times & more"]);

    [Fact]
    public void A_page_says_what_a_terminal_says()
    {
        string html = DataPage.Render(View);
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        string Texts(string name) => string.Join('|', page.Descendants(name).Select(e => e.Value.Trim()));
        Assert.Equal("plan|shapes|left out", Texts("dt"));
        Assert.Equal("3 steps of <8> rows|qa (2)|one|two", Texts("dd"));
        Assert.Equal("seen 9 times & more", Texts("li"));
        Assert.Equal("a & bdomain|emptygeneral", Texts("h2"));
        Assert.Equal(
            "\u2039<|im_start|>user\u21b5\n\u203a<script> ... 7 tokens more", page.Descendants("pre").Single().Value);
        Assert.Equal(
            ["1 to 16 3", "17 to 32 0", "33 to 64 12"],
            page.Descendants("tr").Skip(1).Select(r => $"{r.Element("th")!.Value} {r.Elements("td").Last().Value}"));
        Assert.Equal(["25", "0", "100"], page.Descendants("rect").Select(r => r.Attribute("width")!.Value));
        Assert.Empty(page.Descendants("script"));
        Assert.Contains("default-src 'none'", html.Replace("&#39;", "'"));
    }

    [Fact]
    public void A_page_without_corpora_or_warnings_is_a_page()
    {
        string html = DataPage.Render(new("x", [], [], []));
        Assert.EndsWith("</html>\n", html);
        Assert.DoesNotContain("faults\"", html);
    }
}
