using System.Text.RegularExpressions;
using MolEngine.Support;

namespace MolEngine.Docs.Tests;

/// <summary>What a page shows works as it is shown, and the test that says so sees what does not.</summary>
public sealed partial class PageTests(Ground ground)
{
    public static TheoryData<string> Pages => [.. Page.All];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_of_a_page_runs_or_is_read(string page) =>
        new Page(ground, page, File.ReadAllText(Path.Combine(Shared.Repository, page))).Check();

    [Fact]
    public void Tables_name_pages_that_are_there() => Assert.Empty(
        Tables.Blocks.Select(b => b.Page).Concat(Tables.NotRun.Select(n => n.Page)).Concat(Tables.Earlier.Keys)
            .Concat(Tables.Files.Select(f => f.Page)).Except(Page.All));

    /// <summary>Commands in running text and in tables: verbs and options are the program's.</summary>
    [Fact]
    public void Every_command_that_a_page_names_has_the_options_that_it_names()
    {
        string[] lines =
        [
            .. Page.All.SelectMany(p => Inline().Matches(File.ReadAllText(Path.Combine(Shared.Repository, p))))
                .Select(m => m.Groups[1].Value.Replace('\n', ' ').Replace("\\|", "|")).Distinct(),
        ];
        Assert.InRange(lines.Length, 40, 1000);
        Assert.Empty(lines.SelectMany(Usage.Mistakes));
    }

    [Theory]
    [InlineData("```\nmolengine doctor --loud\n```", "--loud")]
    [InlineData("```\nmolengine doctor\nmolengine inspect nowhere.yaml\n```", "nowhere.yaml")]
    [InlineData("```yaml\nmodel: models/base\nloss: {kind: mol, alfa: 0.1}\n```", "alfa")]
    [InlineData("```yaml\ntask: a\nversion: 1\nkinds: perplexity\n```", "kinds")]
    [InlineData("```yaml\nbase: run.yaml\nseeds: [1]\ncels: []\n```", "cels")]
    [InlineData("```python\nraise SystemExit('of Python')\n```", "of Python")]
    [InlineData("```\nput it in the oven\n```", "put it in the oven")]
    [InlineData("```xml\n<a/>\n```", "<a/>")]
    [InlineData("```\nmolengine doctor", "expected an end")]
    public void A_planted_mistake_is_seen(string text, string named)
    {
        Exception e = Assert.ThrowsAny<Exception>(new Page(ground, "docs/planted.md", text).Check);
        Assert.Contains(named, e.Message);
    }

    [Theory]
    [InlineData("molengine train [--sett KEY=VALUE]", "--sett: expected an option of train")]
    [InlineData("molengine trian CONFIG.yaml", "expected a verb")]
    public void A_planted_name_in_a_synopsis_is_seen(string line, string says) =>
        Assert.Contains(says, Assert.Single(Usage.Mistakes(line)));

    [Fact]
    public void A_table_that_no_command_prints_and_an_entry_that_nothing_fits_are_seen()
    {
        string page = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "method.md"));
        Assert.Contains("reverse'' = sum_c", Message("docs/method.md", page.Replace("reverse' =", "reverse'' =")));
        Assert.Contains("asks the registry", Message("docs/dependencies.md", "```\nmolengine doctor\n```"));

        string Message(string name, string text) =>
            Assert.ThrowsAny<Exception>(new Page(ground, name, text).Check).Message;
    }

    [GeneratedRegex(@"`(molengine [a-z][^`]*)`")]
    private static partial Regex Inline();
}
