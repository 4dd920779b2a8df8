using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Tests.Reporting.Live;

public sealed class TerminalDisplayTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void A_step_shows_in_place_with_bar_figures_and_corpora()
    {
        var screen = new TestScreen(80);
        using var display = new TerminalDisplay(screen.Console, _clock);
        display.Note("plan       a run");
        Step(display, 1, ("medical", 2.5, 0.0125), ("web", 3.25, null));
        Step(display, 2, ("medical", 2.25, 1.5e-7));
        Assert.Equal(
            [
                "plan       a run",
                "step 2/8  ━━━━━━━━━━━━───────────────────────────────────────   25 %  1:30 left",
                "loss 2.5000  grad 1.2346  lr 1.00e-04  1,234 tok/s  412 MiB",
                "  medical  ce 2.2500  kl 1.50e-07",
                "  web      ce 3.2500",
            ],
            screen.Lines);
        Assert.Equal((5, 0), screen.Cursor);
    }

    [Fact]
    public void Lines_that_stay_are_those_of_plain_lines_in_their_order()
    {
        var screen = new TestScreen(150);
        var plain = new StringWriter { NewLine = "\n" };
        using (var display = new TerminalDisplay(screen.Console, _clock))
            Tell(display);
        using (var printer = new ProgressPrinter(plain))
            Tell(printer);
        string[] lines = [.. plain.ToString().Split('\n').Where(l => l.Length > 0)];
        Assert.Equal(lines.Where(l => !l.StartsWith("step 1/8") && !l.StartsWith("step 3/8")), screen.Lines);
        Assert.Contains("step 2/8  loss 2.5000", string.Join('\n', screen.Lines));
        Assert.Contains("  validation at step 8: medical ce 2.1250 kl 0.0150 on 7 held-out documents", screen.Lines);
        Assert.Equal("saved      here", screen.Lines[^1]);

        void Tell(IRunDisplay display)
        {
            display.Note("plan       a run");
            Step(display, 1, ("medical", 2.5, 0.0125));
            Step(display, 2, ("medical", 2.5, 0.0125));
            display.Doing("validating");
            display.Doing(null);
            display.Validation(2, [("medical", 7, 2.25, 0.0125)]);
            Step(display, 3, ("medical", 2.5, 0.0125));
            Step(display, 8, ("medical", 2.5, 0.0125));
            display.Validation(8, [("medical", 7, 2.125, 0.015)]);
            display.Questions(8, new QuestionScore(3, 5));
            display.Summary(new ClosingTable([new CorpusChange("medical", "domain", 2.5, 2.125, 0.015)], null));
            display.Note("saved      here");
        }
    }

    [Fact]
    public void The_last_step_stays_where_a_run_ends_without_a_word()
    {
        var screen = new TestScreen(150);
        using (var display = new TerminalDisplay(screen.Console, _clock))
        {
            Step(display, 1, ("medical", 2.5, 0.0125));
            Step(display, 2, ("medical", 2.5, 0.0125));
        }

        Assert.StartsWith("step 2/8  loss 2.5000", Assert.Single(screen.Lines));
        Assert.Equal(0, _clock.Timers);
        Assert.Equal((1, 0), screen.Cursor);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(140)]
    public void No_line_of_the_region_is_broken_by_the_terminal(int width)
    {
        var screen = new TestScreen(width);
        using var display = new TerminalDisplay(screen.Console, _clock);
        Step(display, 5, ("a corpus with quite a long name", 2.5, 0.0125));
        Assert.Equal(3, screen.Lines.Length);
        Assert.All(screen.Lines, l => Assert.InRange(l.Length, 5, width - 1));
        Assert.StartsWith("step 5/8"[..Math.Min(8, width - 1)], screen.Lines[0]);
    }

    /// <summary>A narrower terminal has broken what was drawn; a wider one has put it together again.</summary>
    [Fact]
    public void A_region_is_redrawn_whole_when_the_terminal_changes_its_width()
    {
        var screen = new TestScreen(90);
        using var display = new TerminalDisplay(screen.Console, _clock);
        const string Plan = "plan       a run of which there is a line that the narrow terminal has to break, then";
        display.Note(Plan);
        int step = 0;
        foreach (int width in (int[])[90, 31, 57, 20, 90])
        {
            screen.Resize(width);
            Step(display, ++step, ("medical", 2.5, 0.0125), ("web", 3.25, 0.25));
            Assert.Single(screen.Lines, l => l.StartsWith($"step {step}/8", StringComparison.Ordinal));
            Assert.Single(screen.Lines, l => l.StartsWith("step", StringComparison.Ordinal));
            Assert.Equal(4, screen.Lines.SkipWhile(l => !l.StartsWith("step", StringComparison.Ordinal)).Count());
            string above = string.Concat(screen.Lines.TakeWhile(l => !l.StartsWith("step", StringComparison.Ordinal)));
            Assert.Equal(Plan.Replace(" ", ""), above.Replace(" ", ""));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(33)]
    public void Lines_that_stay_break_between_words_below_their_value(int width)
    {
        var screen = new TestScreen(width);
        using var display = new TerminalDisplay(screen.Console, _clock);
        const string Text = "books (domain): 1,234 documents, 56,789 tokens, 90 rows of 1,024 (99.9 % full)";
        display.Note($"data       {Text}");
        display.Command("try        molengine generate models/base --adapter runs/a/adapter --prompt \"...\"");
        Assert.All(screen.Lines, l => Assert.InRange(l.Length, 1, width - 1));
        string[] data = [.. screen.Lines.TakeWhile(l => !l.StartsWith("try", StringComparison.Ordinal))];
        Assert.True(data.Length > 1);
        Assert.All(data[1..], l => Assert.Matches(@"^ {11}\S", l));
        Assert.Equal(Text, string.Join(' ', data.Select(l => l[11..])));
        Assert.All(screen.Lines[data.Length..^1], l => Assert.EndsWith(" \\", l));
    }

    [Fact]
    public void Work_that_is_counted_shows_a_bar_and_the_time_left()
    {
        var screen = new TestScreen(80);
        using var display = new TerminalDisplay(screen.Console, _clock);
        Action<long, long> progress = ((IRunDisplay)display).Doing("validating", "held-out row");
        Assert.Equal(["validating  0:00"], screen.Lines);
        _clock.Advance(TimeSpan.FromSeconds(30));
        progress(25, 100);
        Assert.Equal(["validating  ━━━━━━──────────────────   25 %  25 of 100 held-out rows  1:30 left"], screen.Lines);
        _clock.Pass(TimeSpan.FromSeconds(20));
        Assert.EndsWith("  1:10 left", Assert.Single(screen.Lines));
        _clock.Advance(TimeSpan.FromSeconds(10));
        progress(50, 100);
        Assert.EndsWith("   50 %  50 of 100 held-out rows  1:00 left", Assert.Single(screen.Lines));
        display.Doing(null);
        Assert.Empty(screen.Lines);
    }

    [Fact]
    public void More_corpora_than_lines_are_cut_off()
    {
        var screen = new TestScreen(80, height: 6);
        using var display = new TerminalDisplay(screen.Console, _clock);
        (string, double, double?)[] corpora =
            [.. Enumerable.Range(0, 9).Select(i => ($"c{i}", 1.0 + i, (double?)null))];
        for (int step = 1; step < 4; step++)
            Step(display, step, corpora);
        Assert.Equal(5, screen.Lines.Length);
        Assert.StartsWith("  c2  ce 3.0000", screen.Lines[^1]);
    }

    [Fact]
    public void Reading_shows_a_bar_that_goes_when_the_plan_comes()
    {
        var screen = new TestScreen(70);
        using var display = new TerminalDisplay(screen.Console, _clock);
        display.Report(new TokenizingProgress("web", 25, 100, 1200, 34567, Cached: false));
        Assert.Equal(
            ["reading web  ━━━━─────────────   25 %  1,200 documents, 34,567 tokens"], screen.Lines);
        _clock.Advance(TimeSpan.FromSeconds(1));
        display.Report(new TokenizingProgress("web", 100, 100, 4800, 138268, Cached: false));
        _clock.Pass(TimeSpan.FromSeconds(12));
        Assert.Equal(["packing web  4,800 documents, 138,268 tokens  0:12"], screen.Lines);
        display.Note("plan");
        Assert.Equal(["plan"], screen.Lines);
    }

    [Fact]
    public void What_a_run_is_busy_with_shows_with_its_time_and_passes()
    {
        var screen = new TestScreen(80);
        using var display = new TerminalDisplay(screen.Console, _clock);
        display.Doing("validating");
        _clock.Pass(TimeSpan.FromSeconds(75));
        Assert.Equal(["validating  1:15"], screen.Lines);
        display.Note("stopping");
        Assert.Equal(["stopping", "validating  1:15"], screen.Lines);
        display.Doing(null);
        display.Validation(0, [("web", 3, 2.5, null)]);
        Assert.Equal(["stopping", "  validation at step 0: web ce 2.5000 on 3 held-out documents"], screen.Lines);
    }

    [Fact]
    public void Time_left_runs_on_while_a_step_is_computed()
    {
        var screen = new TestScreen(80);
        using var display = new TerminalDisplay(screen.Console, _clock);
        Step(display, 2, ("web", 2.5, null));
        _clock.Pass(TimeSpan.FromSeconds(50));
        Assert.EndsWith("0:40 left", screen.Lines[0]);
        _clock.Pass(TimeSpan.FromSeconds(50));
        Assert.EndsWith("0:00 left", screen.Lines[0]);
    }

    [Fact]
    public void Fast_steps_are_not_all_drawn_but_the_last_is()
    {
        var screen = new TestScreen(80);
        using var display = new TerminalDisplay(screen.Console, _clock);
        display.Step(Figures(1, ("web", 2.5, null)));
        int drawn = screen.Raw.Length;
        _clock.Advance(TimeSpan.FromSeconds(0.05));
        display.Step(Figures(2, ("web", 2.5, null)));
        Assert.Equal(drawn, screen.Raw.Length);
        display.Step(Figures(8, ("web", 2.5, null)));
        Assert.StartsWith("step 8/8", screen.Lines[0]);
    }

    [Fact]
    public void The_cursor_is_never_hidden_and_what_a_terminal_echoes_is_erased()
    {
        var screen = new TestScreen(80);
        var display = new TerminalDisplay(screen.Console, _clock);
        Step(display, 1, ("web", 2.5, null));
        screen.Writer.Write("^C");
        display.Note("stopping");
        display.Dispose();
        display.Note("late");
        Assert.Equal(["stopping", "late"], screen.Lines[^2..]);
        Assert.DoesNotContain("^C", string.Concat(screen.Lines));
        Assert.DoesNotContain("\e[?", screen.Raw);
    }

    private static StepProgress Figures(long step, params (string Name, double Ce, double? Kl)[] corpora) =>
        new(StepFigures.Of(step, 2.5, corpora), 8, TimeSpan.FromSeconds(90));

    /// <summary>A step, a second after what was before.</summary>
    private void Step(IRunDisplay display, long step, params (string Name, double Ce, double? Kl)[] corpora)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        display.Step(Figures(step, corpora));
    }
}
