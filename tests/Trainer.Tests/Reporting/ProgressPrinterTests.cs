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
                + "  medical ce 2.5000 kl 0.0123  books ce 3.0000\n"
            + "  validation at step 50: medical ce 2.2500 kl 1.50e-07 on 100 held-out documents\n",
            output.ToString());
    }

    /// <summary>Or a run that is refused on a slow machine would have told of reading, and no more.</summary>
    [Theory]
    [InlineData(50, 200, "reading    web: 25 %, 1,200 documents\n")]
    [InlineData(200, 200, "")]
    [InlineData(0, 0, "")]
    public void A_corpus_is_told_of_while_it_is_read_and_not_when_it_is_whole(long read, long total, string says)
    {
        var output = new StringWriter { NewLine = "\n" };
        new ProgressPrinter(output, TimeSpan.Zero).Report(new TokenizingProgress("web", read, total, 1200, 34567, Cached: false));
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
            + "kl: how far the model has moved from the base model; near 0, it says what it said before\n\n",
            output.ToString());
    }
}
