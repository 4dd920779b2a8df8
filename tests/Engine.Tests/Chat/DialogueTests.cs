using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Chat;

/// <summary>What of a dialogue the assistant says, and ChatML where a model says nothing.</summary>
public sealed class DialogueTests
{
    private const string Plain =
        """
        {% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}
        {% if add_generation_prompt %}[assistant]{% endif %}
        """;

    private const string Talk =
        """
        [{"role": "system", "content": "S"}, {"role": "user", "content": "u"},
         {"role": "assistant", "content": "one\ud83d\ude00"},
         {"role": "user", "content": "v"}, {"role": "assistant", "content": "two"}, {"role": "user", "content": "w"}]
        """;

    [Fact]
    public void A_turn_reaches_from_its_prompt_to_the_end_of_what_is_written_for_it()
    {
        RenderedDialogue dialogue = Dialogue(Plain, Talk);
        Assert.Equal(["one😀</s>", "two</s>"], dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
        Assert.Equal(
            "[system]S</s>[user]u</s>[assistant]one😀</s>[user]v</s>[assistant]two</s>[user]w</s>", dialogue.Text);
    }

    [Fact]
    public void A_default_system_prompt_is_in_every_beginning()
    {
        const string Template = "{% if messages and messages[0].role != 'system' %}<default>{% endif %}" + Plain;
        RenderedDialogue dialogue =
            Dialogue(Template, """[{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]""");
        Assert.StartsWith("<default>", dialogue.Text);
        Assert.Equal(["a</s>"], dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
    }

    [Theory]
    // What ends a dialogue is not there where it goes on (Phi-3).
    [InlineData(Plain + "<end>", "one😀</s>", "two</s>")]
    // An earlier turn does not begin as it is asked for (DeepSeek): what the template writes before it is no answer.
    [InlineData(
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]<think>{% endif %}",
        "one😀", "two")]
    // Earlier turns lose what they thought (Qwen3).
    [InlineData(
        "{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' and loop.last %}<think></think>{% endif %}"
            + "{{ m.content }};{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}",
        "one😀;", "two;")]
    // A turn ends otherwise where the dialogue ends with it (gpt-oss).
    [InlineData(
        "{% for m in messages[1:] %}[{{ m.role }}]{% if m.role == 'assistant' %}<final>{% endif %}{{ m.content }}"
            + "{% if loop.last %}<return>{% else %}<end>{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}",
        "<final>one😀<end>", "<final>two<end>")]
    // Only whole dialogues are written: a turn that cannot be rendered alone is found where it stands.
    [InlineData(
        "{% if messages|length == 3 %}{{ raise_exception('odd') }}{% endif %}" + Plain, "one😀</s>", "two</s>")]
    public void A_turn_is_found_where_its_loop_writes_it(string template, string first, string second)
    {
        RenderedDialogue dialogue = Dialogue(template, Talk);
        Assert.Equal([first, second], dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
    }

    [Theory]
    [InlineData(
        "{% for m in messages %}[{{ m.role }}{{ loop.index }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}",
        "message 3: its turn does not begin with the text that asks the assistant to speak")]
    [InlineData(
        "{% if messages|length < 3 %}{{ raise_exception('too few') }}{% endif %}" + Plain,
        "message 3: the messages before it cannot be rendered alone: t:1: the chat template refuses the dialogue: too")]
    [InlineData(
        "{% for i in range(messages|length) %}[{{ messages[i].role }}]{{ messages[i].content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% else %}<end>{% endif %}",
        "message 3: the template does not write its turn in one place, in a loop over the messages")]
    [InlineData(
        "{% macro all() %}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% endmacro %}{{ all() }}"
            + "{% if add_generation_prompt %}[assistant]{% else %}<end>{% endif %}",
        "message 3: the template does not write its turn in one place, in a loop over the messages")]
    [InlineData(
        "{{ messages[2].content }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% else %}<end>{% endif %}",
        "message 3: ")]
    public void What_is_not_exact_is_refused_with_the_reason(string template, string says)
    {
        string message = Assert.Throws<ChatTemplateException>(() => Dialogue(template, Talk)).Message;
        Assert.StartsWith("t: which part of the text the assistant speaks cannot be told exactly: ", message);
        Assert.Contains(says, message);
        Assert.Contains("generation", message);
    }

    [Fact]
    public void Marks_of_the_template_count_where_there_are_some()
    {
        const string Template =
            """
            {% for m in messages %}[{{ m.role }}]
            {%- if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}
            {% else %}{{ m.content }}{% endif %}</s>{% endfor %}<end>
            """;
        RenderedDialogue dialogue = Dialogue(Template, Talk);
        Assert.Equal(["one😀", "two"], dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
        Assert.True(ChatTemplate.Parse(Template, "t").MarksAssistant);
        Assert.False(ChatTemplate.Parse(Plain, "t").MarksAssistant);
    }

    /// <summary>A mark inside of a text that is put together apart has no known place; turn by turn finds it.</summary>
    [Fact]
    public void A_mark_whose_place_is_lost_does_not_count()
    {
        const string Template =
            "{% macro said(m) %}{% generation %}{{ m.content }}{% endgeneration %}{% endmacro %}"
                + "{% for m in messages %}[{{ m.role }}]{{ said(m) }}</s>{% endfor %}"
                + "{% if add_generation_prompt %}[assistant]{% endif %}";
        RenderedDialogue dialogue = Dialogue(Template, Talk);
        Assert.Equal(["one😀</s>", "two</s>"], dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
    }

    [Fact]
    public void Fields_that_are_null_are_left_out()
    {
        const string Template = "{% for m in messages %}{{ m.x is defined }}{{ m.y.z }}{% endfor %}";
        IReadOnlyList<ChatMessage> messages = Rendering.Messages("""[{"role": "user", "x": null, "y": {"z": null}}]""");
        Assert.Equal("FalseNone", ChatTemplate.Parse(Template, "t").Render(messages, MapValue.Empty, false).Text);
    }

    [Fact]
    public void A_template_tells_how_turns_begin_and_end_and_how_the_model_thinks()
    {
        var template = ChatTemplate.Parse(Plain, "t");
        Assert.Equal(new TurnMarks("[assistant]", "</s>"), template.Marks(MapValue.Empty));
        Assert.Null(template.Thinking);
        Assert.Equal(
            new ThinkMarks("<think>", "</think>"),
            ChatTemplate.Parse("{{ m.split('</think>')[0].split('<think>') }}", "t").Thinking);
        Assert.Null(ChatTemplate.Parse("{{ raise_exception('no') }}", "t").Marks(MapValue.Empty));
        Assert.True(template.Names("content") && !template.Names("reasoning_content"));
    }

    [Fact]
    public void Rendering_is_the_same_on_many_threads()
    {
        var template = ChatTemplate.Parse(Plain, "t");
        string[] texts = [.. Enumerable.Range(0, 500).AsParallel().AsOrdered().Select(i => template.Render(
            [new ChatMessage("user", $"u{i}")], MapValue.Empty, addGenerationPrompt: true).Text)];
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"[user]u{i}</s>[assistant]"), texts);
    }

    /// <summary>ChatML as a template writes what ChatML is, whatever the messages hold.</summary>
    [Property(MaxTest = 300)]
    public void The_fallback_is_ChatML(NonNull[] turns)
    {
        using var folder = new TemporaryFolder();
        ChatTemplate template = ChatTemplates.Load(folder.Root).ForPlain();
        ChatMessage[] messages = [.. turns.Select((t, i) => i % 3 == 2
            ? new ChatMessage(Parts(t.Text))
            : new ChatMessage(i % 2 == 0 ? "user" : "assistant", t.Text))];
        RenderedDialogue dialogue = template.Dialogue(messages, MapValue.Empty);
        Assert.Equal(ChatMl.Render(messages), dialogue.Text);
        Assert.Equal(
            messages.Where(m => m.Role == "assistant").Select(m => $"{m.Content}{ChatMl.End}\n"),
            dialogue.Assistant.Select(s => s.Of(dialogue.Text)));
        Assert.Equal(dialogue.Assistant, Rendering.Turns(template, messages, MapValue.Empty).Spans());
        string asked = template.Render([new ChatMessage("user", "x")], MapValue.Empty, addGenerationPrompt: true).Text;
        Assert.Equal(ChatMl.Ask("x"), asked);
    }

    /// <summary>What a model is exported with writes what it was trained on.</summary>
    [Theory]
    [InlineData("[]")]
    [InlineData(Talk)]
    [InlineData("""[{"role": "user", "content": [{"type": "text", "text": " a "}, {"type": "image"}]}, {"x": 1}]""")]
    public void ChatML_for_other_programs_writes_the_same(string messages)
    {
        using var folder = new TemporaryFolder();
        ChatTemplate own = ChatTemplates.Load(folder.Root).ForPlain();
        ChatTemplate exported = ChatTemplate.Parse(ChatTemplates.ChatMlSource, "t");
        Assert.False(exported.MarksAssistant);
        foreach (bool asks in (bool[])[true, false])
        {
            Assert.Equal(
                own.Render(Rendering.Messages(messages), MapValue.Empty, asks).Text,
                exported.Render(Rendering.Messages(messages), MapValue.Empty, asks).Text);
        }
    }

    /// <summary>A text that is there.</summary>
    public sealed record NonNull(char[] Characters)
    {
        public string Text => new(Characters);
    }

    private static MapValue Parts(string text) => new(
    [
        new("role", new TextValue("user")),
        new("content", new ListValue([
            new MapValue([new("type", new TextValue("text")), new("text", new TextValue(text))]),
            new MapValue([new("type", new TextValue("image"))]),
        ])),
    ]);

    private static RenderedDialogue Dialogue(string template, string messages) =>
        ChatTemplate.Parse(template, "t").Dialogue(Rendering.Messages(messages), MapValue.Empty);
}
