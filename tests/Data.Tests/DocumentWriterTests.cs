using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Tests;

/// <summary>What a chat template is given, and what it is not able to read.</summary>
public sealed class DocumentWriterTests : IDisposable
{
    private const string Parts =
        """
        {"messages": [
            {"role": "user", "content": [{"type": "text", "text": "Who?"}, {"type": "text", "text": " Say it."}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Ana."}]}]}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Templates that fail on a list, print it as Python does, or leave it out, are given one text.</summary>
    [Theory]
    [InlineData("{% for m in messages %}{{ '<' + m.role + '>' + m.content }}{% endfor %}")]
    [InlineData("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}")]
    [InlineData(
        "{% for m in messages %}<{{ m.role }}>{{ m.content if m.content is string else '' }}{% endfor %}")]
    public void Parts_are_one_text_for_a_template_of_texts(string template) =>
        Assert.Equal("<user>Who? Say it.<assistant>Ana.", Written(template, Parts));

    [Fact]
    public void A_template_that_reads_parts_is_given_them() => Assert.Equal(
        "Who?+ Say it.+Ana.+",
        Written(
            "{% for m in messages %}{% for p in m.content if p is mapping %}{{ p.text }}+{% else %}{{ m.content }}+"
                + "{% endfor %}{% endfor %}", Parts));

    [Fact]
    public void A_call_alone_is_refused_where_the_template_writes_none()
    {
        const string Calls =
            """
            {"messages": [{"role": "user", "content": "a"},
                {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f"}}]}]}
            """;
        string message = Assert.Throws<BadRecordException>(
            () => Written("{% for m in messages %}{{ '<' + m.content }}{% endfor %}", Calls)).Message;
        Assert.Contains("It writes no tool_calls, and a message of the record has nothing else. Name a", message);
        Assert.DoesNotContain(
            "It writes no",
            Assert.Throws<BadRecordException>(
                () => Written("{{ messages[1].tool_calls[0].none.such }}", Calls)).Message);
    }

    [Fact]
    public void Variables_that_the_template_does_not_read_are_told()
    {
        CorpusSettings corpus = Reading.Corpus("x") with
        {
            ChatVariables = new([new("enable_thinkin", new FlagValue(false)), new("think", new FlagValue(false))]),
        };
        string note = Assert.Single(Writer("{{ think }}").Notes(corpus));
        Assert.StartsWith("corpus c: chat_variables: the chat template does not read enable_thinkin. Is it", note);
        Assert.Empty(Writer("{{ think }}{{ enable_thinkin }}").Notes(corpus));
    }

    private string Written(string template, string record)
    {
        string path = _folder.Write("a.json", record);
        CorpusSettings corpus = Reading.Corpus(path);
        return Writer(template).Write(Assert.Single(Reading.All(corpus)), corpus, path).Text;
    }

    private DocumentWriter Writer(string template) =>
        new(ChatTemplates.Load(_folder.Root, _folder.Write("t.jinja", template)));
}
