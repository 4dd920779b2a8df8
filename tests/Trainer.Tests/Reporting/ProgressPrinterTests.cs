using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Tests.Reporting;

public sealed class ProgressPrinterTests
{
    [Fact]
    public void Progress_is_plain_lines()
    {
        var output = new StringWriter { NewLine = "\n" };
        ProgressPrinter printer = new(output);
        printer.Step(
            new StepProgress(
                StepFigures.Of(7, 2.34567, [("medical", 2.5, 0.01234), ("books", 3, null)]), 120,
                TimeSpan.FromSeconds(3671)));
        printer.Validation(50, [("medical", 100, 2.25, 1.5e-7)]);
        Assert.Equal(
            "step   7/120  loss 2.3457  grad 1.2346  lr 1.00e-04    1,234 tok/s  1:01:11 left"
                + "  medical ce 2.5000 kl   0.0123  books ce 3.0000\n"
            + "  validation at step 50: medical ce 2.2500 kl 1.50e-07 on 100 held-out documents\n",
            output.ToString());
    }

    /// <summary>At the first step both models agree to rounding. What follows in the line stays where it is.</summary>
    [Fact]
    public void A_divergence_of_rounding_is_called_so_and_keeps_its_column()
    {
        var output = new StringWriter { NewLine = "\n" };
        ProgressPrinter printer = new(output);
        foreach (double kl in (double[])[4.01e-18, 1.5e-7, 0.0123])
        {
            printer.Step(new StepProgress(
                StepFigures.Of(1, 2.5, [("medical", 2.5, kl), ("books", 3, kl)]), 2, TimeSpan.FromSeconds(9)));
            printer.Validation(0, [("medical", 1, 2.5, kl)]);
        }

        string[] lines = output.ToString().Split('\n');
        Assert.EndsWith("  medical ce 2.5000 kl  < 1e-11  books ce 3.0000 kl  < 1e-11", lines[0]);
        Assert.Equal("  validation at step 0: medical ce 2.5000 kl < 1e-11 on 1 held-out document", lines[1]);
        int Column(string line) => line.IndexOf("  books", StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(l => Column(l) == Column(lines[0])));
    }

    [Fact]
    public void Work_that_is_counted_is_told_of_while_it_is_done()
    {
        var output = new StringWriter { NewLine = "\n" };
        IRunDisplay printer = new ProgressPrinter(output, TimeSpan.Zero);
        Action<long, long> progress = printer.Doing("validating", "held-out row");
        progress(0, 4);
        progress(1, 4);
        progress(4, 4);
        printer.Doing(null);
        Assert.Matches(@"^  validating: 1 of 4 held-out rows, 0:0\d left\n$", output.ToString());
        IRunDisplay patient = new ProgressPrinter(output, TimeSpan.FromHours(1));
        patient.Doing("validating", "held-out row")(1, 4);
        Assert.Single(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Or a run that is refused on a slow machine would have told of reading, and no more.</summary>
    [Theory]
    [InlineData(50, 200, "reading    web: 25 %, 1,200 documents\n")]
    [InlineData(200, 200, "")]
    [InlineData(0, 0, "")]
    public void A_corpus_is_told_of_while_it_is_read_and_not_when_it_is_whole(long read, long total, string says)
    {
        var output = new StringWriter { NewLine = "\n" };
        new ProgressPrinter(output, TimeSpan.Zero).Report(
            new TokenizingProgress("web", read, total, 1200, 34567, Cached: false));
        Assert.Equal(says, output.ToString());
    }

    [Fact]
    public void The_closing_table_shows_what_was_learned_and_what_was_kept()
    {
        var output = new StringWriter { NewLine = "\n" };
        new ProgressPrinter(output).Summary(new ClosingTable(
            [new("medical", "domain", 2.5, 2.25, 0.0625), new("web", "general", 3, 3.125, 1.5e-7)],
            (new QuestionScore(2, 40), new QuestionScore(36, 40))));
        Assert.Equal(
            "\nheld out            ce before ->  ce after     change   kl to base\n"
            + "medical (domain)       2.5000 ->    2.2500    -0.2500       0.0625\n"
            + "web (general)          3.0000 ->    3.1250    +0.1250     1.50e-07\n"
            + "questions answered    2 of 40 ->  36 of 40\n\n"
            + "ce: cross-entropy in nats a token; the lower it is, the better the model predicts such text\n"
            + "kl: how far the model has moved from the base, over the whole vocabulary; near 0, it says what it said "
            + "before\n\n",
            output.ToString());
    }
}
