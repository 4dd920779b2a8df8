using System.Text.Json;
using System.Xml.Linq;

namespace MolEngine.Runs.Tests.Reports;

/// <summary>What a report shows of questions, and of samples.</summary>
public sealed class QuestionsSectionTests : ReportCase
{
    /// <summary>What changed is shown first, what did not last.</summary>
    [Fact]
    public void Questions_are_grouped_by_what_became_of_them()
    {
        WriteRun("medical", "books");
        string Of(string q, bool before, bool after) =>
            JsonSerializer.Serialize(new
            {
                question = q,
                expected = "e",
                in_training = false,
                before = "b",
                right_before = before,
                after = "a",
                right_after = after,
            });
        Write(
            "questions.json",
            $"[{Of("1", true, true)},{Of("2", false, false)},{Of("3", false, true)},{Of("4", true, false)}]");
        XElement section = Section(Page(), "questions");
        Assert.Equal(
            ["1 lost: right before, wrong after", "1 gained: wrong before, right after", "1 wrong before and after",
                "1 right before and after"],
            section.Descendants("summary").Select(s => s.Value));
        Assert.Equal(
            ["4", "3", "2", "1"],
            section.Descendants("th").Where(t => t.Attribute("dir") is not null).Select(t => t.Value));
    }

    /// <summary>A text that was cut ends at a word, and says so.</summary>
    [Fact]
    public void A_sample_that_was_cut_ends_at_a_whole_word()
    {
        WriteRun("medical", "books");
        Write(
            "samples.json",
            """[{"prompt":"p","before":"a few words mo","before_is_cut":true,"after":"whole","document":"itself"}]""");
        string said = Section(Page(), "samples").Value;
        Assert.Contains("a few words … (cut here)", said);
        Assert.DoesNotContain("words mo", said);
        Assert.Contains("The document itself", said);
    }

    [Fact]
    public void Questions_are_counted_and_shown()
    {
        WriteRun("medical", "books", more: "");
        Assert.DoesNotContain(Page().Descendants("section"), s => s.Attribute("id")!.Value == "questions");
        const string Row = """
            {"question":"Q<1>","expected":"E","in_training":true,"before":"","right_before":false,
             "after":"e.","right_after":true}
            """;
        Write("questions.json", $"[{string.Join(',', Enumerable.Repeat(Row.Trim(), 60))}]");
        XElement section = Section(Page(), "questions");
        Assert.Equal("Answered: 0 of 60 before training, 60 of 60 after", ByClass(section, "score").Value);
        Assert.Contains("60 of them (marked *) are training documents too", section.Value);
        Assert.Equal("60 gained: wrong before, right after", section.Descendants("summary").Single().Value);
        Assert.Equal(51, Rows(section).Length);
        Assert.Equal("Q<1> * E nothingwrong e.right", Rows(section)[1]);
        Assert.Contains("The first 50 of 60; questions.json has them all.", section.Value);
        Assert.Contains(
            "Questions answered: 0 of 60 before training, 60 of 60 after (60 gained and 0 lost; sign test "
                + "p\u00a0<\u00a00.001).",
            Page().Descendants("header").Single().Value);

        string early = Row.Replace("\"e.\"", "null").Replace("\"right_after\":true", "\"right_after\":null");
        Write("questions.json", $"[{early}]");
        section = Section(Page(), "questions");
        Assert.Equal("Answered: 0 of 1 before training", ByClass(section, "score").Value);
        Assert.Equal("Q<1> * E nothingwrong not yet", Rows(section)[1]);

        Write("questions.json", "[{\"question\": \"Q\"}]");
        Assert.Contains("questions.json could not be read", ByClass(Page(), "faults").Value);
    }
}
