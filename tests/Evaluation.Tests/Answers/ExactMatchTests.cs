using MolEngine.Evaluation.Answers;

namespace MolEngine.Evaluation.Tests.Answers;

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
        IAnswerRule rule = AnswerRules.Named("exact_match");
        Assert.Equal(new Verdict(right, answer), rule.Judge(answer, [expected]));
        Assert.Equal(right, rule.Judge(expected, [answer]).IsRight);
    }

    [Fact]
    public void One_of_several_accepted_answers_is_enough()
    {
        IAnswerRule rule = AnswerRules.Named("exact_match");
        Assert.True(rule.Judge("MI.", ["heart attack", "mi"]).IsRight);
        Assert.False(rule.Judge("MI.", ["heart attack", "stroke"]).IsRight);
        Assert.False(rule.Judge("MI.", []).IsRight);
    }
}
