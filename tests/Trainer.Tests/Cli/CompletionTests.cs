using System.Diagnostics;
using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>The scripts as the shells run them.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("molengine tra", "train")]
    [InlineData("molengine --v", "--version")]
    [InlineData("molengine train --res", "--resume")]
    [InlineData("molengine compare base --tex", "--texts")]
    [InlineData("molengine plan --resu", "")]
    [InlineData("molengine train exam", "")]
    [InlineData("molengine unknown --", "")]
    public void Bash_completes(string line, string expected)
    {
        string script = Completion.Bash(VerbTable.All(), forZsh: false);
        var start = new ProcessStartInfo("bash", ["-s"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process shell = Process.Start(start)!;
        shell.StandardInput.Write($"{script}COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n");
        shell.StandardInput.Write("_molengine; echo \"${COMPREPLY[@]}\"\n");
        shell.StandardInput.Close();
        Assert.Equal(expected, shell.StandardOutput.ReadToEnd().Trim());
    }

    [Fact]
    public void Every_option_of_every_verb_is_completed()
    {
        string fish = Completion.Fish(VerbTable.All());
        Assert.All(VerbTable.All(), v => Assert.All(v.Options, o => Assert.Contains(
            $"'__fish_seen_subcommand_from {v.Name}' -l {o.Name[2..]} ", fish)));
        Assert.Contains("-l set -r -d 'Sets a key of the config", fish);
        Assert.Contains("-l json -d", fish);
        string zsh = Completion.Bash(VerbTable.All(), forZsh: true);
        Assert.StartsWith("autoload -U +X bashcompinit && bashcompinit\n", zsh);
        Assert.EndsWith(Completion.Bash(VerbTable.All(), forZsh: false), zsh);
    }
}
