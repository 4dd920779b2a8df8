using MolEngine.Trainer.Display;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Tests.Reporting.Live;

public sealed class AnswerColumnsTests
{
    private readonly TestScreen _screen = new(40, 10);

    [Fact]
    public void Columns_are_of_one_width_and_broken_between_words()
    {
        string[] lines = Lines(["It was a bright cold day in April", "Yes"], 33, null);
        Assert.Equal(
            [
                "base            │ trained",
                "────────────────┼────────────────",
                "It was a bright │ Yes",
                "cold day in     │ ",
                "April           │ ",
            ],
            lines);
    }

    /// <summary>Of a text that is longer than the screen the end is seen while it comes.</summary>
    [Fact]
    public void The_ends_of_long_texts_are_shown()
    {
        string text = string.Join('\n', Enumerable.Range(1, 20));
        Assert.Equal(
            ["18              │ ", "19              │ ", "20              │ "], Lines([text, "a"], 33, 5)[2..]);
        Assert.Equal(22, Lines([text, "a"], 33, null).Length);
    }

    /// <summary>Nothing is wider than its column: long words are cut, letters of East Asia have two columns.</summary>
    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("这是一个很长的句子没有任何空格所以必须在列的末尾断开")]
    [InlineData("a\tb\n\n\nc   d e f g h i j k l m n o p q r s t u v w x y z")]
    public void No_line_is_too_wide(string text)
    {
        IReadOnlyList<IReadOnlyList<Segment>> lines =
            AnswerColumns.Lines(_screen.Console, ["a", "a name that is longer than its column"], [text, text], 33);
        Assert.All(lines, l => Assert.InRange(Segment.CellCount(l), 3, 33));
        string written = string.Concat(lines.Skip(2).Select(l => string.Concat(l.Select(s => s.Text)).Split('│')[0]));
        Assert.Equal(text.Count(char.IsLetter), written.Count(char.IsLetter));
    }

    private string[] Lines(string[] texts, int width, int? height) =>
    [
        .. AnswerColumns.Lines(_screen.Console, ["base", "trained"], texts, width, height)
            .Select(l => string.Concat(l.Select(s => s.Text))),
    ];
}
