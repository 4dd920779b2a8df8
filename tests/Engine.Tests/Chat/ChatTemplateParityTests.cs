using System.Globalization;
using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Engine.Tests.Tokenization;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Chat;

/// <summary>Every reference case: texts, errors and spans as transformers has them.</summary>
public sealed class ChatTemplateParityTests
{
    private static readonly Dictionary<string, ChatTemplate> Templates = [];

    public static TheoryData<string> Names()
    {
        string folder = Path.Combine(Shared.Reference, "chat_templates", "templates");
        string[] names = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.jinja").Select(f => Path.GetFileNameWithoutExtension(f)).Order()]
            : [Shared.None];
        return [.. names];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_case_of_a_template_is_rendered_or_refused(string name)
    {
        List<string> failures = [];
        List<JsonElement> cases = Cases(name);
        foreach (JsonElement c in cases)
        {
            string scenario = c.GetProperty("scenario").GetString()!;
            if (Wrong(c) is { } wrong)
                failures.Add($"{scenario}: {wrong}");
        }

        TokenizerCases.AssertNone(failures, cases.Count);
    }

    /// <summary>The tokens of the assistant, by the spans, are those of transformers' own mask.</summary>
    [Fact]
    public void Spans_mask_the_tokens_that_transformers_masks()
    {
        Tokenizer tokenizer = TokenizerCases.Load("qwen3");
        List<JsonElement> cases =
            [.. Names().Select(n => n.Data).SelectMany(Cases).Where(c => c.TryGetProperty("qwen3_ids", out _))];
        Assert.SkipWhen(cases.Count == 0, "no case has a mask");
        int masked = 0;
        foreach (JsonElement c in cases)
        {
            RenderedChat chat = Render(c);
            int[] ids = tokenizer.Encode(chat.Text, addSpecialTokens: false);
            Assert.Equal(c.Ids("qwen3_ids"), ids);
            int[] mask = c.Ids("qwen3_assistant_mask");
            int units = 0;
            for (int i = 0; i < ids.Length; i++)
            {
                int end = tokenizer.Decode(ids[..(i + 1)], skipSpecialTokens: false).Length;
                bool isInside = chat.Generated!.Any(s => units < s.End && end > s.Start);
                Assert.Equal(mask[i] == 1, isInside);
                masked += mask[i];
                units = end;
            }
        }

        Assert.True(masked > 100);
    }

    /// <summary>What a template marks is what is found turn by turn, each way that can be gone.</summary>
    [Fact]
    public void Turn_by_turn_finds_what_is_marked()
    {
        int compared = 0;
        foreach (JsonElement c in Names().Select(n => n.Data).SelectMany(Cases).Where(c => !Prompts(c)))
        {
            ChatTemplate template = Template(c.GetProperty("template").GetString()!);
            if (!template.MarksAssistant)
                continue;
            (IReadOnlyList<ChatMessage> messages, MapValue variables) = Given(c);
            RenderedDialogue marked = template.Dialogue(messages, variables);
            Assert.Equal(marked.Assistant, Rendering.Turns(template, messages, variables).Spans());
            compared += marked.Assistant.Count;
        }

        Assert.True(compared > 5);
    }

    /// <summary>
    /// Every template tells what the assistant says in a dialogue of several turns, and both ways find the same where
    /// both can be gone.
    /// </summary>
    [Fact]
    public void Both_ways_find_the_same_turns_in_every_template()
    {
        string[] names = [.. Names().Select(n => n.Data)];
        Assert.SkipWhen(names is [Shared.None], "shared test material is absent: reference/chat_templates");
        MapValue variables = Rendering.Map("""{"bos_token": "<s>", "eos_token": "</s>"}""");
        int both = 0, turns = 0;
        foreach (string name in names)
        {
            ChatTemplate template = Template(name);
            foreach (ChatMessage[] messages in Talks())
            {
                TurnByTurn found = Rendering.Turns(template, messages, variables);
                RenderedDialogue dialogue = template.Dialogue(messages, variables);
                Assert.Equal(messages.Count(m => m.Role == "assistant"), dialogue.Assistant.Count);
                foreach ((TextSpan span, int i) in dialogue.Assistant.Zip(
                    Enumerable.Range(0, messages.Length).Where(i => messages[i].Role == "assistant")))
                {
                    Assert.Contains(messages[i].Content.Trim(), span.Of(dialogue.Text));
                    Assert.DoesNotContain("asks", span.Of(dialogue.Text));
                    Assert.Equal(span, found.ByPlace(i));
                    both += found.ByBeginnings(i) is null ? 0 : 1;
                    turns++;
                }
            }
        }

        Assert.True(both > turns / 2 && both < turns, $"both ways: {both} of {turns} turns");
    }

    /// <summary>Dialogues of one turn to four, with contents that templates look into.</summary>
    private static IEnumerable<ChatMessage[]> Talks()
    {
        string[] said = ["yes", "  spaces \n", "<tag> & 'quote'", "two\n\nparts", "assistant", "thinks 😀 é"];
        for (int first = 0; first < said.Length; first++)
        {
            for (int turns = 1; turns <= 4; turns++)
            {
                yield return [.. Enumerable.Range(0, turns).SelectMany(t => (ChatMessage[])
                    [new("user", $"asks {t}"), new("assistant", said[(first + t) % said.Length])])];
            }
        }
    }

    [Fact]
    public void Twins_with_and_without_marks_agree_where_their_texts_do()
    {
        ChatTemplate plain = Template("qwen3"), marked = Template("qwen3_training");
        int compared = 0;
        foreach (JsonElement c in Cases("qwen3_training").Where(c => !Prompts(c)))
        {
            (IReadOnlyList<ChatMessage> messages, MapValue variables) = Given(c);
            if (plain.Render(messages, variables, false).Text != marked.Render(messages, variables, false).Text)
                continue;
            RenderedDialogue expected = marked.Dialogue(messages, variables);
            if (Record.Exception(() => Assert.Equal(expected.Assistant, plain.Dialogue(messages, variables).Assistant))
                is not ChatTemplateException and { } wrong)
                throw wrong;
            compared += expected.Assistant.Count;
        }

        Assert.True(compared > 3);
    }

    [Fact]
    public void Nulls_that_are_kept_are_seen()
    {
        List<JsonElement> cases =
            [.. Names().Select(n => n.Data).SelectMany(Cases).Where(c => c.TryGetProperty("nulls_kept", out _))];
        Assert.SkipWhen(cases.Count == 0, "no case keeps nulls");
        foreach (JsonElement c in cases)
        {
            ChatTemplate template = Template(c.GetProperty("template").GetString()!);
            (IReadOnlyList<ChatMessage> messages, MapValue variables) = Given(c);
            RenderedChat Kept() => template.RenderAsTheyAre(messages.Select(m => m.Fields), variables, Prompts(c));
            if (c.GetProperty("nulls_kept").TryGetProperty("expected", out JsonElement expected))
                Assert.Equal(expected.GetString(), Kept().Text);
            else
                Assert.Throws<ChatTemplateException>(Kept);
        }
    }

    private static string? Wrong(JsonElement c)
    {
        bool fails = c.TryGetProperty("error", out _);
        try
        {
            RenderedChat chat = Render(c);
            if (fails)
                return $"expected an error ({c.GetProperty("error_message").GetString()}), got {chat.Text}";
            string expected = c.GetProperty("expected").GetString()!;
            if (chat.Text != expected)
                return $"expected {expected}, got {chat.Text}";
            if (!c.TryGetProperty("assistant_spans_utf16", out JsonElement spans))
                return chat.Generated is null ? null : "expected no spans, got some";
            string wanted = string.Join(' ', spans.EnumerateArray().Select(s => $"{s[0]}-{s[1]}"));
            string got = string.Join(' ', (chat.Generated ?? []).Select(s => $"{s.Start}-{s.End}"));
            return wanted == got ? null : $"expected the spans {wanted}, got {got}";
        }
        catch (ChatTemplateException e)
        {
            if (!fails)
                return $"expected a text, got {e.Message}";
            string reason = c.GetProperty("error_message").GetString()!.Split(": ", 2)[1];
            return e.Message.Contains(reason, StringComparison.Ordinal) ? null : $"expected {reason}, got {e.Message}";
        }
    }

    private static RenderedChat Render(JsonElement c)
    {
        (IReadOnlyList<ChatMessage> messages, MapValue variables) = Given(c);
        string name = c.GetProperty("template").GetString()!;
        ChatTemplate template = c.TryGetProperty("now", out JsonElement now)
            ? ChatTemplate.Parse(
                Template(name).Source, name, clock: new StoppedClock(
                    DateTime.Parse(now.GetString()!, CultureInfo.InvariantCulture)))
            : Template(name);
        return template.Render(messages, variables, Prompts(c));
    }

    private static bool Prompts(JsonElement c) => c.GetProperty("add_generation_prompt").GetBoolean();

    private static (IReadOnlyList<ChatMessage> Messages, MapValue Variables) Given(JsonElement c) => (
        Rendering.Messages(JsonValues.Of(c.GetProperty("messages"))),
        (MapValue)JsonValues.Of(c.GetProperty("kwargs")));

    private static ChatTemplate Template(string name)
    {
        string path = Shared.ReferencePath("chat_templates", "templates", $"{name}.jinja");
        lock (Templates)
        {
            if (!Templates.TryGetValue(name, out ChatTemplate? template))
                Templates[name] = template = ChatTemplate.Parse(File.ReadAllText(path), path);
            return template;
        }
    }

    private static List<JsonElement> Cases(string template)
    {
        Assert.SkipWhen(template == Shared.None, "shared test material is absent: reference/chat_templates");
        return [.. File.ReadLines(Shared.ReferencePath("chat_templates", "chat_cases.jsonl"))
            .Where(line => line.Length > 0)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(c => c.GetProperty("template").GetString() == template)];
    }
}
