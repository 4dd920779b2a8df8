using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Tests.Reporting;

public sealed class WrappedTextTests
{
    [Theory]
    [InlineData("a line that fits", 16, "a line that fits")]
    [InlineData("a line that does not", 16, "a line that does|not")]
    [InlineData("    all of it below", 12, "    all of|    it below")]
    [InlineData("plan       4 steps of 8 rows", 22, "plan       4 steps of|           8 rows")]
    [InlineData("step 1/4  loss 2.5  grad 1", 24, "step 1/4  loss 2.5  grad|          1")]
    [InlineData("data       a/path/longer/than/a/row is", 24, "data       a/path/longer/than/a/row|           is")]
    [InlineData("where is a/path/longer/than/a/row", 20, "where is|a/path/longer/than/a/row")]
    [InlineData("plan       4 steps of 8 rows", 12, "plan       4|steps of 8|rows")]
    [InlineData("蜂の本 蜂の本 bee", 13, "蜂の本 蜂の本|bee")]
    [InlineData("蜂の本 蜂の本 bee", 12, "蜂の本|蜂の本 bee")]
    [InlineData("an unknown width", 0, "an unknown width")]
    [InlineData("", 10, "")]
    public void A_line_breaks_between_words_and_goes_on_below_its_value(string line, int width, string rows) =>
        Assert.Equal(rows.Split('|'), WrappedText.Rows(line, width));

    [Fact]
    public void A_command_goes_on_as_a_shell_reads_it()
    {
        const string Line = "try        molengine generate runs/a/model --chat \"...\"";
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows' shells have no such sign");
        Assert.Equal(
            ["try        molengine generate \\", "           runs/a/model --chat \\", "           \"...\""],
            WrappedText.Command(Line, 34));
        Assert.Equal([Line], WrappedText.Command(Line, Line.Length));
    }

    [Fact]
    public void A_writer_breaks_whole_lines_and_nothing_else()
    {
        var terminal = new StringWriter { NewLine = "\n" };
        int width = 12;
        using var writer = new WrappingWriter(terminal, () => width);
        writer.Write("streamed text stays as it is ");
        writer.WriteLine("one two three four\nfive");
        width = 30;
        writer.WriteLine("one two three four");
        writer.WriteLine();
        Assert.Equal(
            "streamed text stays as it is one two\nthree four\nfive\none two three four\n\n", terminal.ToString());
    }
}
