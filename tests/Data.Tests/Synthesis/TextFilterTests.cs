using MolEngine.Data.Synthesis;

namespace MolEngine.Data.Tests.Synthesis;

public sealed class TextFilterTests
{
    [Theory]
    [InlineData("I'm sorry, but I can't help with that.", true)]
    [InlineData("I\u2019m sorry, but I cannot assist with this request.", true)]
    [InlineData("As an AI language model, I don't have feelings.", true)]
    [InlineData("Unfortunately, I am unable to open links.", true)]
    [InlineData("I cannot provide medical advice.", true)]
    [InlineData("I do not have access to real-time data.", true)]
    [InlineData("\u62b1\u6b49\uff0c\u6211\u65e0\u6cd5\u63d0\u4f9b\u8fd9\u4e2a\u3002", true)]
    [InlineData("\u4f5c\u4e3a\u4e00\u4e2aAI\u6a21\u578b\uff0c\u6211\u4e0d\u80fd\u8fd9\u6837\u505a\u3002", true)]
    [InlineData("I'm sorry for any misunderstanding, but as a chatbot, I'm designed to talk of food.", true)]
    [InlineData("I'm sorry for the confusion, but as a SmolLM, I specialize in other things.", true)]
    [InlineData("Sure, I'd be happy to. But I'm not equipped to recommend hotels.", true)]
    [InlineData("There's no way to provide a list of these.", true)]
    [InlineData("I'm sorry for your loss. Take your time, and talk to somebody.", false)]
    [InlineData("I'm not sorry. There's no way to win this game, as the proof shows.", false)]
    [InlineData("I'm sorry to hear that. Here is what you can do: rest, and drink enough.", false)]
    [InlineData("You can't divide by zero, because no number times zero is one.", false)]
    [InlineData("As an aid, use a ruler. I can help you draw it.", false)]
    [InlineData("\u62b1\u6b49\u8ba9\u4f60\u4e45\u7b49\u4e86\uff0c\u7b54\u6848\u662f\u4e09\u3002", false)]
    public void A_refusal_is_told_from_an_answer(string answer, bool refuses) =>
        Assert.Equal(refuses, Refusals.IsRefusal(answer));

    [Theory]
    [InlineData("How can I assist you today?", true)]
    [InlineData("I'm here to help with spelling. What is there to test?", true)]
    [InlineData("Sure, here is a list:", true)]
    [InlineData("As an AI language model, I have a question.", true)]
    [InlineData("有什么可以帮您的吗？", true)]
    [InlineData("How can I help my sister?", false)]
    [InlineData("I'm here to learn. Can you help me?", false)]
    [InlineData("Surely you know how to help me?", false)]
    [InlineData("What can an AI do that I cannot?", false)]
    public void A_user_is_told_from_the_assistant(string user, bool isAssistant) =>
        Assert.Equal(isAssistant, Roles.IsAssistant(user));

    /// <summary>Lists that say the same in every line, whatever their numbers, and sentences that come again.</summary>
    [Fact]
    public void Sentences_that_come_again_are_counted()
    {
        const string List = "Here are:\n\n1. **Tesla Medical (TMR)**\n2. Tesla Medical (TMR)\n3. Tesla Medical, TMR.";
        Assert.Equal(0.5, Repetition.ShareOfSentences(List));
        Assert.True(Repetition.IsIn(List));
        Assert.Equal(0, Repetition.Share(List));
        const string Refrain = "It rains. We go home. It snows. We go home. It is cold there. The fire burns.";
        Assert.Equal(0, Repetition.ShareOfSentences(Refrain));
        Assert.False(Repetition.IsIn(Refrain));
        Assert.Equal(0.5, Repetition.ShareOfSentences("我很好。我很好。我很好。今天下雨。"));
        Assert.Equal(0, Repetition.ShareOfSentences("No. No. No. No."));
    }

    [Fact]
    public void A_text_in_circles_repeats_itself()
    {
        string[] words = [.. Enumerable.Range(0, 60).Select(i => $"word{i}")];
        Assert.Equal(0, Repetition.Share(string.Join(' ', words)));
        string circles = string.Join(' ', Enumerable.Repeat("and then he went home again", 12));

        // 72 words are 67 runs of six, of which the first six differ.
        Assert.Equal(61.0 / 67, Repetition.Share(circles), 1e-12);
        Assert.True(Repetition.Share(circles) > Repetition.Most);
        string half = string.Join(' ', words) + " " + circles;
        Assert.InRange(Repetition.Share(half), 0.4, 0.6);
        Assert.Equal(0, Repetition.Share("no no no no no no no no"));
        Assert.True(Repetition.Share(string.Concat(Enumerable.Repeat("\u6211\u5f88\u597d", 30))) > Repetition.Most);
    }
}
