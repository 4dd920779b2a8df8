using MolEngine.Basics.Values;
using MolEngine.Evaluation.Answers.Instructions;

namespace MolEngine.Evaluation.Tests.Answers.Instructions;

public sealed class InstructionChecksTests
{
    [Theory]
    [InlineData("keywords:existence", "keywords=[sun,moon]", "The SUN and the moonlight", true)]
    [InlineData("keywords:existence", "keywords=[sun,moon]", "The sun alone", false)]
    [InlineData("keywords:frequency", "keyword=cat;frequency=2;relation=at least", "Cats and concatenation", true)]
    [InlineData("keywords:frequency", "keyword=cat;frequency=2;relation=less than", "A cat", true)]
    [InlineData("keywords:frequency", "keyword=cat;frequency=2;relation=less than", "A cat, a cat", false)]
    [InlineData("keywords:frequency", "keyword=c++(;frequency=1;relation=at least", "in c++( it is", true)]
    [InlineData("keywords:forbidden_words", "forbidden_words=[nick,so]", "Nickel is sold", true)]
    [InlineData("keywords:forbidden_words", "forbidden_words=[nick,so]", "and So on", false)]
    [InlineData("keywords:letter_frequency", "letter=A;let_frequency=3;let_relation=at least", "Anna and", true)]
    [InlineData("keywords:letter_frequency", "letter=a;let_frequency=3;let_relation=less than", "Anna and", false)]
    [InlineData("keywords:letter_frequency", "letter=#;let_frequency=2;let_relation=at least", "# and #b", true)]
    [InlineData("length_constraints:number_sentences", "num_sentences=3;relation=less than", "One. Two!", true)]
    [InlineData("length_constraints:number_sentences", "num_sentences=3;relation=at least", "One. Two! Three", true)]
    [InlineData("length_constraints:number_words", "num_words=4;relation=at least", "one, two-three four_5", true)]
    [InlineData("length_constraints:number_words", "num_words=4;relation=less than", "it's three", true)]
    [InlineData("length_constraints:number_words", "num_words=3;relation=less than", "it's three", false)]
    [InlineData("length_constraints:number_paragraphs", "num_paragraphs=2", "one\n***\ntwo", true)]
    [InlineData("length_constraints:number_paragraphs", "num_paragraphs=2", "***\none\n***\ntwo\n***", true)]
    [InlineData("length_constraints:number_paragraphs", "num_paragraphs=2", "one\n***\n***\ntwo", false)]
    [InlineData("length_constraints:number_paragraphs", "num_paragraphs=2", "one\n\ntwo", false)]
    [InlineData("length_constraints:nth_paragraph_first_word", "num_paragraphs=2;nth_paragraph=2;first_word=Tea",
        "One.\n\n\"tea!\" he said", true)]
    [InlineData("length_constraints:nth_paragraph_first_word", "num_paragraphs=2;nth_paragraph=2;first_word=tea",
        "One.\n\nteapot", false)]
    [InlineData("length_constraints:nth_paragraph_first_word", "num_paragraphs=2;nth_paragraph=2;first_word=tea",
        "One.\n\ntea\n\nthree", false)]
    [InlineData("length_constraints:nth_paragraph_first_word", "num_paragraphs=2;nth_paragraph=2;first_word=tea",
        "One.\n\n\n\ntea", false)]
    public void Words_and_lengths_are_checked(string id, string arguments, string response, bool followed) =>
        Assert.Equal([followed], Judge(response, (id, arguments)).Strict);

    [Theory]
    [InlineData("detectable_content:number_placeholders", "num_placeholders=2", "[a] and [b c]", true)]
    [InlineData("detectable_content:number_placeholders", "num_placeholders=2", "[a\nb] and [c]", false)]
    [InlineData("detectable_content:postscript", "postscript_marker=P.S.", "Bye.\nP. S. more", true)]
    [InlineData("detectable_content:postscript", "postscript_marker=P.S.", "Bye. PS more", false)]
    [InlineData("detectable_content:postscript", "postscript_marker=P.P.S", "p.p.s more", true)]
    [InlineData("detectable_content:postscript", "postscript_marker=P.P.S", "P.S. more", false)]
    [InlineData("detectable_format:number_bullet_lists", "num_bullets=2", "* one\n- two", true)]
    [InlineData("detectable_format:number_bullet_lists", "num_bullets=2", "* one\n  * two\n**bold**", true)]
    [InlineData("detectable_format:number_bullet_lists", "num_bullets=2", "* one\n* two\n* three", false)]
    [InlineData("detectable_format:constrained_response", "", "Well. My answer is maybe. ", true)]
    [InlineData("detectable_format:constrained_response", "", "my answer is maybe", false)]
    [InlineData("detectable_format:number_highlighted_sections", "num_highlights=2", "*one* and *two*", true)]
    [InlineData("detectable_format:number_highlighted_sections", "num_highlights=1", "**two**", true)]
    [InlineData("detectable_format:number_highlighted_sections", "num_highlights=2", "**two**", false)]
    [InlineData("detectable_format:number_highlighted_sections", "num_highlights=1", "* * and **", false)]
    [InlineData("detectable_format:multiple_sections", "section_spliter=SECTION;num_sections=2",
        "SECTION 1 a\nSECTION2 b", true)]
    [InlineData("detectable_format:multiple_sections", "section_spliter=Section;num_sections=2",
        "Section A\nSection B", false)]
    [InlineData("detectable_format:json_format", "", "```json\n{\"a\": [1, NaN]}\n```", true)]
    [InlineData("detectable_format:json_format", "", "\"a\"", true)]
    [InlineData("detectable_format:json_format", "", "Here: {\"a\": 1}", false)]
    [InlineData("detectable_format:json_format", "", "{'a': 1}", false)]
    [InlineData("detectable_format:title", "", "<<A title>>\ntext", true)]
    [InlineData("detectable_format:title", "", "<< >> <a>", false)]
    public void Formats_are_checked(string id, string arguments, string response, bool followed) =>
        Assert.Equal([followed], Judge(response, (id, arguments)).Strict);

    [Theory]
    [InlineData("combination:two_responses", "", "one\n******\ntwo", true)]
    [InlineData("combination:two_responses", "", "******one\n******\ntwo******", true)]
    [InlineData("combination:two_responses", "", "same\n******\nsame", false)]
    [InlineData("combination:two_responses", "", "one\n******\n******\ntwo", false)]
    [InlineData("combination:repeat_prompt", "prompt_to_repeat=Write a Poem.", " write a poem. Roses", true)]
    [InlineData("combination:repeat_prompt", "prompt_to_repeat=Write a poem.", "Sure. Write a poem.", false)]
    [InlineData("startend:end_checker", "end_phrase=Is there more?", "Yes. \"is there MORE?\" ", true)]
    [InlineData("startend:end_checker", "end_phrase=Is there more?", "Is there more? Yes.", false)]
    [InlineData("startend:quotation", "", " \"quoted\"\n", true)]
    [InlineData("startend:quotation", "", "\"", false)]
    [InlineData("change_case:capital_word_frequency", "capital_frequency=3;capital_relation=at least",
        "I DON'T know", true)]
    [InlineData("change_case:capital_word_frequency", "capital_frequency=3;capital_relation=less than",
        "A WELL-KNOWN man", true)]
    [InlineData("change_case:capital_word_frequency", "capital_frequency=2;capital_relation=less than",
        "THE U.S. won", false)]
    [InlineData("change_case:english_capital", "", "THIS IS ALL IN CAPITALS, AND IN ENGLISH!", true)]
    [InlineData("change_case:english_capital", "", "THIS IS NOt", false)]
    [InlineData("change_case:english_capital", "", "DAS IST ALLES IN DER SPRACHE, DIE WIR NICHT WOLLEN", false)]
    [InlineData("change_case:english_lowercase", "", "this is all in small letters, and in english", true)]
    [InlineData("change_case:english_lowercase", "", "this is not In small", false)]
    [InlineData("change_case:english_lowercase", "", "das ist zwar klein, aber nicht in der richtigen sprache", false)]
    [InlineData("language:response_language", "language=de", "Das ist eine Antwort auf die Frage.", true)]
    [InlineData("language:response_language", "language=de", "This is an answer to the question.", false)]
    [InlineData("language:response_language", "language=de", "123 !!", true)]
    [InlineData("punctuation:no_comma", "", "none here. at all", true)]
    [InlineData("punctuation:no_comma", "", "one, here", false)]
    public void Languages_cases_and_ends_are_checked(string id, string arguments, string response, bool followed) =>
        Assert.Equal([followed], Judge(response, (id, arguments)).Strict);

    /// <summary>All 25, so that none is forgotten above.</summary>
    [Fact]
    public void There_are_25_instructions() => Assert.Equal(25, InstructionChecks.Ids.Count);

    [Theory]
    [InlineData("Sure!\nall small", true)]
    [InlineData("all small\nThe End", true)]
    [InlineData("Sure!\nall small\nThe End", true)]
    [InlineData("all Small\nand More", false)]
    public void Loosely_the_first_and_the_last_line_may_be_left_out(string response, bool followed)
    {
        InstructionVerdict verdict = Judge(response, ("change_case:english_lowercase", ""));
        Assert.Equal([false], verdict.Strict);
        Assert.Equal([followed], verdict.Loose);
    }

    [Fact]
    public void Loosely_asterisks_do_not_count()
    {
        InstructionVerdict verdict = Judge("**\"quoted\"**", ("startend:quotation", ""), ("punctuation:no_comma", ""));
        Assert.Equal([false, true], verdict.Strict);
        Assert.Equal([true, true], verdict.Loose);
        Assert.Equal((false, true), (verdict.AllStrict, verdict.AllLoose));
    }

    [Fact]
    public void An_empty_response_follows_nothing()
    {
        InstructionVerdict verdict = Judge(" \n", ("punctuation:no_comma", ""));
        Assert.Equal([false], verdict.Strict);
        Assert.Equal([false], verdict.Loose);
    }

    /// <summary>The data has one map of arguments for all instructions, most of them null.</summary>
    [Fact]
    public void Nulls_among_the_arguments_are_none()
    {
        var arguments = new MapValue(
        [
            new("num_bullets", new NumberValue("2")), new("keywords", NullValue.Instance),
            new("relation", NullValue.Instance),
        ]);
        InstructionVerdict Judged(string id) => InstructionChecks.Judge("Say it.", "* a\n* b", [id], [arguments]);
        Assert.True(Judged("detectable_format:number_bullet_lists").AllStrict);
        Assert.Equal(
            "kwargs of keywords:existence in the question \"Say it.\": keywords: expected a list of texts, got null.",
            Assert.Throws<UserException>(() => Judged("keywords:existence")).Message);
        Assert.Contains(
            "Did you mean \"keywords:existence\"?",
            Assert.Throws<UserException>(() => Judged("keywords:existance")).Message);
        Assert.Contains(
            "got nothing", Assert.Throws<UserException>(() => Judged("startend:end_checker")).Message);
    }

    [Fact]
    public void Each_instruction_has_its_arguments() => Assert.Contains(
        "expected 2 maps, got 1",
        Assert.Throws<UserException>(() => InstructionChecks.Judge(
            "", "", ["punctuation:no_comma", "startend:quotation"], [MapValue.Empty])).Message);

    private static InstructionVerdict Judge(string response, params (string Id, string Arguments)[] instructions) =>
        InstructionChecks.Judge(
            "prompt", response, [.. instructions.Select(i => i.Id)],
            [.. instructions.Select(i => Arguments(i.Arguments))]);

    /// <summary>name=value;name=[value,value] as a map.</summary>
    private static MapValue Arguments(string written) => new(
    [
        .. written.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(entry =>
        {
            int equals = entry.IndexOf('=');
            string value = entry[(equals + 1)..];
            return KeyValuePair.Create(entry[..equals], value switch
            {
                ['[', .. string items, ']'] => new ListValue([.. items.Split(',').Select(i => new TextValue(i))]),
                _ when int.TryParse(value, out _) => new NumberValue(value),
                _ => (DataValue)new TextValue(value),
            });
        }),
    ]);
}
