using MolEngine.Engine.Chat;
using MolEngine.Server.Answers;
using MolEngine.Support;

namespace MolEngine.Server.Tests;

/// <summary>Reasoning, content and calls, however the text falls into pieces.</summary>
public sealed class AnswerSplitterTests
{
    private const string Call = "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call>";

    [Theory]
    [InlineData("<think>\nWhy?\n</think>\n\nSo.", "R:Why?|C:So.")]
    [InlineData("\n<think></think>So.", "C:So.")]
    [InlineData("So. <think>no</think>", "C:So. <think>no</think>")]
    [InlineData("<think>cut off ", "R:cut off")]
    [InlineData("<thi", "C:<thi")]
    [InlineData(Call, "T:f {\"a\": 1}")]
    [InlineData("Look: " + Call + "\n" + Call + " done", "C:Look:|T:f {\"a\": 1}|T:f {\"a\": 1}|C:done")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": \"{}\"}", "T:f {}")]
    [InlineData("<tool_call>{\"name\": \"f\"}</tool_call>", "T:f {}")]
    [InlineData("a  <tool_call>nothing</tool_call>.", "C:a  <tool_call>nothing</tool_call>.")]
    [InlineData("a <tool_call>noth", "C:a <tool_call>noth")]
    [InlineData("<tool_call>{\"name\": 1}</tool_call>", "C:<tool_call>{\"name\": 1}</tool_call>")]
    [InlineData("<think>a</think>" + Call, "R:a|T:f {\"a\": 1}")]
    [InlineData("1 < 2 and <tool", "C:1 < 2 and <tool")]
    [InlineData(" a \n b ", "C: a \n b ")]
    public void A_text_is_told_apart(string text, string parts)
    {
        Assert.Equal(parts, Split(text, text.Length));
        for (int size = 1; size < text.Length; size++)
            Assert.Equal(parts, Split(text, size));
    }

    [Fact]
    public void Reasoning_that_the_prompt_opened_needs_no_mark()
    {
        var splitter = new AnswerSplitter(ThinkMarks.Default, startsInside: true, findsCalls: false);
        Assert.Equal(
            "R:Why?|C:So.",
            Shown([.. splitter.Append("\nWhy?</th"), .. splitter.Append("ink> So."), .. splitter.Finish()]));
    }

    [Property]
    public void How_a_text_falls_into_pieces_does_not_matter(byte[] choices)
    {
        string[] words =
        [
            "<think>", "</think>", "<tool_call>", "</tool_call>", "{\"name\":\"f\"}", "a", " ", "\n", "<", "t",
        ];
        string text = string.Concat(choices.Select(c => words[c % words.Length]));
        string whole = Split(text, Math.Max(text.Length, 1));
        Assert.All(Enumerable.Range(1, 9), size => Assert.Equal(whole, Split(text, size)));
    }

    private static string Split(string text, int size)
    {
        var splitter = new AnswerSplitter(ThinkMarks.Default, startsInside: false, findsCalls: true);
        List<AnswerPart> parts = [];
        for (int i = 0; i < text.Length; i += size)
            parts.AddRange(splitter.Append(text.Substring(i, Math.Min(size, text.Length - i))));
        parts.AddRange(splitter.Finish());
        return Shown(parts);
    }

    /// <summary>Parts with those of one kind that follow each other joined.</summary>
    private static string Shown(List<AnswerPart> parts)
    {
        var shown = new List<string>();
        foreach (AnswerPart part in parts)
        {
            string kind = part.Kind switch
            {
                AnswerPartKind.Reasoning => "R:",
                AnswerPartKind.Content => "C:",
                _ => "T:",
            };
            if (kind != "T:" && shown.LastOrDefault()?.StartsWith(kind) == true)
                shown[^1] += part.Text;
            else
                shown.Add(kind + (kind == "T:" ? $"{part.Function} {part.Text}" : part.Text));
        }

        return string.Join('|', shown);
    }
}
