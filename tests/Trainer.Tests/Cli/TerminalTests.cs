using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, false, "TERM=xterm-256color", "LANG=C", "CI=", "NO_COLOR=")]
    [InlineData(true, false, "CI=false")]
    [InlineData(false, true, "TERM=xterm-256color")]
    [InlineData(false, false, "TERM=dumb")]
    [InlineData(false, false, "NO_COLOR=1")]
    [InlineData(false, false, "CI=true")]
    public void Only_a_terminal_that_nobody_made_plain_is_drawn_on(bool expected, bool redirected, params string[] set)
    {
        Dictionary<string, string> variables = set.Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        Assert.Equal(expected, Terminal.MayDraw(redirected, variables.GetValueOrDefault));
    }
}
