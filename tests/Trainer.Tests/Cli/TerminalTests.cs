using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, false, "LANG=C", "CI=", "NO_COLOR=")]
    [InlineData(true, false, "CI=false")]
    [InlineData(false, true)]
    [InlineData(false, false, "NO_COLOR=1")]
    [InlineData(false, false, "CI=true")]
    public void Only_a_terminal_that_nobody_made_plain_is_drawn_on(bool expected, bool redirected, params string[] set)
    {
        Dictionary<string, string> variables =
            set.Append("TERM=screen").Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        Assert.Equal(expected, Terminal.MayDraw(redirected, variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData("dumb")]
    [InlineData("")]
    [InlineData(null)]
    public void A_terminal_without_abilities_gets_plain_lines(string? term)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no TERM");
        Assert.False(Terminal.MayDraw(redirected: false, name => name == "TERM" ? term : null));
    }
}
