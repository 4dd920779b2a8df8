namespace MolEngine.Evaluation.Tests;

public sealed class ExactMatchTests
{
    [Theory]
    [InlineData("Paris", "paris", true)]
    [InlineData("  Paris.\n", "Paris", true)]
    [InlineData("\"Paris\"!", "(paris)", true)]
    [InlineData("the light", "light", false)]
    [InlineData("Par is", "Paris", false)]
    [InlineData("", "Paris", false)]
    [InlineData("...", "Paris", false)]
    [InlineData("5", "-5", false)]
    [InlineData("5", "5 %", false)]
    [InlineData("-5.", "-5", true)]
    [InlineData("3.5", "35", false)]
    [InlineData("e\u0301t\u00e9", "\u00c9t\u00e9", true)]
    [InlineData("!", "?", false)]
    [InlineData("?", "?", true)]
    public void Case_and_punctuation_around_do_not_count(string answer, string expected, bool right)
    {
        Assert.Equal(right, ExactMatch.IsRight(answer, expected));
        Assert.Equal(right, ExactMatch.IsRight(expected, answer));
    }
}
