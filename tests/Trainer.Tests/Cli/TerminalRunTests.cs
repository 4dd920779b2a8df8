using System.Text.RegularExpressions;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Tests.Reporting.Live;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Whole commands on a terminal.</summary>
public sealed class TerminalRunTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>Two of six steps have a validation after them: theirs are the lines of steps that stay.
    /// </summary>
    [Fact]
    public void Training_leaves_on_the_screen_what_plain_lines_say_but_for_passing_steps()
    {
        var screen = new TestScreen(200);
        using var error = new StringWriter();
        Assert.Equal(0, CommandLine.Run(_run.Arguments("a"), screen.Writer, error, screen.Console));
        Assert.Equal("", error.ToString());
        string[] plain = TinyRun.Ok(_run.Arguments("b")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> staying = plain.Where(l => !Regex.IsMatch(l, "^step [1245]/6|^  [a-z -]+: .* left$"));
        Assert.Equal(staying.Select(Timeless), screen.Lines.Select(Timeless));
        Assert.Equal(2, screen.Lines.Count(l => l.StartsWith("step ")));
        Assert.Contains("━", screen.Raw);
        string[] passing = ["loading the model  ", "validating  ", "continuing held-out documents  "];
        Assert.All(passing, p => Assert.Contains(p, screen.Raw));
    }

    [Fact]
    public void Work_of_other_verbs_shows_while_it_is_done_and_leaves_its_result_alone()
    {
        string adapter = Path.Combine(_run.Train("a", "steps=1", "validate.every=0"), "adapter");
        Shows(
            ["loading the model  ", "scoring  "],
            ["score", _run.Model, "--adapter", adapter, "--input", _run.Texts]);
        Shows(["merging  "], ["export", _run.At("a"), "--to", _run.At("m"), "--merge"]);
        string one = _run.Write("one.jsonl", """{"text": "A bee"}""");
        Shows(
            ["generating  "],
            ["generate", _run.Model, "--input", one, "--output", _run.At("o"), "--max-tokens", "3"]);

        void Shows(string[] passing, string[] command)
        {
            var screen = new TestScreen(200);
            using var error = new StringWriter();
            Assert.Equal(0, CommandLine.Run(command, screen.Writer, error, screen.Console));
            Assert.Equal("", error.ToString());
            Assert.All(passing, p => Assert.Contains(p, screen.Raw));

            // What a merge is measured to be is told beside its result: in a pipe, on the other stream.
            string[] lines = [.. screen.Lines.Where(l => !l.StartsWith("measured  ", StringComparison.Ordinal))];
            foreach (string folder in (string[])["m", "o"])
            {
                if (Directory.Exists(_run.At(folder)))
                    Directory.Delete(_run.At(folder), recursive: true);
                File.Delete(_run.At(folder));
            }

            Assert.Equal(TinyRun.Ok(command).TrimEnd('\n').Split('\n'), lines);
        }
    }

    [Fact]
    public void A_run_that_fails_leaves_its_last_step_and_no_region()
    {
        var screen = new TestScreen(200);
        using var error = new StringWriter();
        string[] args = _run.Arguments("a", "optimizer.learning_rate=1e30", "method=full", "validate.every=0");
        Assert.Equal(1, CommandLine.Run(args, screen.Writer, error, screen.Console));
        Assert.StartsWith("step ", screen.Lines[^1]);
        Assert.DoesNotContain("━", string.Concat(screen.Lines));
        Assert.StartsWith("molengine: ", error.ToString());
    }

    private string Timeless(string line) => Regex.Replace(
        line.TrimEnd().Replace(_run.At("a"), "RUN").Replace(_run.At("b"), "RUN"),
        @" +\S+ tok/s +\S+ left|; tokens from the cache",
        "");
}
