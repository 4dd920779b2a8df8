using System.Text.Json.Nodes;
using FsCheck;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class DocumentTokenizerTests : IDisposable
{
    private const string Dialogue = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyes?<|im_end|>\n";

    private readonly TempFolder _folder = new();

    private static Tokenizer Bytes { get; } = Tokenizer.Load(Material.Model);

    public void Dispose() => _folder.Dispose();

    /// <summary>A token of a byte is inside where its byte is, whatever characters the bytes make.</summary>
    [Property(MaxTest = 200)]
    public void A_token_is_inside_where_its_bytes_are(string[] parts)
    {
        string[] texts = [.. parts.Select(p => Nfc.Normalize(Whole(p)))];
        var spans = new List<TextSpan>();
        var expected = new List<bool>();
        string text = "";
        for (int i = 0; i < texts.Length; i++)
        {
            if (i % 2 == 1 && texts[i].Length > 0)
                spans.Add(new(text.Length, text.Length + texts[i].Length));
            expected.AddRange(Enumerable.Repeat(i % 2 == 1, Bytes.Encode(texts[i], false).Length));
            text += texts[i];
        }

        (int[] ids, bool[] inside) = TokenSpans.Encode(Bytes, text, spans);
        if (Nfc.Normalize(text) != text)
            return;
        Assert.Equal(Bytes.Encode(text, false), ids);
        Assert.Equal(expected, inside);
    }

    /// <summary>A span's characters are inside though the tokenizer writes them otherwise.</summary>
    [Fact]
    public void Places_are_found_in_the_normal_form_too()
    {
        const string Text = "cafe\u0301 <|im_start|> ame\u0301 b";
        (int[] ids, bool[] inside) = TokenSpans.Encode(Bytes, Text, [new(19, 23)]);
        Assert.Equal(Bytes.Encode(Text, false), ids);
        Assert.Equal("am\u00e9", Bytes.Decode([.. ids.Where((_, i) => inside[i])], false));
    }

    /// <summary>Masks and ids that transformers gives for a template that marks what the assistant says.</summary>
    [Fact]
    public void Masks_of_dialogues_are_those_of_the_reference()
    {
        string model = Shared.FilePath("models", "qwen3_tokenizer");
        string templates = Shared.ReferencePath("chat_templates", "templates");
        string cases = Shared.ReferencePath("chat_templates", "chat_cases.jsonl");
        Tokenizer tokenizer = Tokenizer.Load(model);
        int seen = 0;
        foreach (JsonNode c in File.ReadLines(cases).Select(l => JsonNode.Parse(l)!))
        {
            if (c["qwen3_assistant_mask"] is not { } mask || (bool)c["add_generation_prompt"]!
                || c["kwargs"]!.AsObject().Any(k => k.Key != "tools"))
                continue;
            var record = new JsonObject { ["messages"] = c["messages"]!.DeepClone() };
            if (c["kwargs"]!["tools"] is { } tools)
                record["tools"] = tools.DeepClone();
            string template = Path.Combine(templates, $"{c["template"]}.jinja");
            DocumentTokenizer texts = DocumentTokenizer.Of(
                tokenizer, model, tokenizer.TokenId("<|endoftext|>")!.Value,
                templates: ChatTemplates.Load(model, template));
            int[] stored = Stored(texts, record.ToJsonString(), TrainOn.Assistant);
            Assert.Equal(c["qwen3_ids"]!.AsArray().Select(id => (int)id!), TokenMark.Ids(stored)[..^1]);
            Assert.Equal(
                mask.AsArray().Select(m => (int)m! == 1),
                (TokenMark.Mask(stored) ?? [.. stored.Select(_ => true)])[..^1]);
            seen++;
        }

        Assert.True(seen > 0, "no case with a mask");
    }

    /// <summary>The end of a document is trained on where the assistant's last turn is.</summary>
    [Fact]
    public void What_the_assistant_says_is_trained_on_with_its_end()
    {
        DocumentTokenizer texts = DocumentTokenizer.Of(Bytes, Material.Model, 256);
        Assert.Equal("<|endoftext|>", texts.EndText);
        const string Two = """
            {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes?"}]}
            """;
        Assert.Equal($"{Dialogue}<|endoftext|>", Text(Stored(texts, Two, TrainOn.All)));
        Assert.Equal("yes?<|im_end|>\n<|endoftext|>", Trained(Stored(texts, Two, TrainOn.Assistant)));
        const string Three = """
            {"messages": [{"role": "assistant", "content": "hi"}, {"role": "user", "content": "yes?"}]}
            """;
        Assert.Equal("hi<|im_end|>\n", Trained(Stored(texts, Three, TrainOn.Assistant)));
        Assert.Equal(
            "four<|endoftext|>",
            Trained(Stored(texts, """{"question": "2 + 2?", "answer": "four"}""", TrainOn.Assistant)));
        Assert.Contains(
            "a.jsonl:1: train_on: expected a dialogue, or a question with an answer, got a text",
            Assert.Throws<BadRecordException>(() => Stored(texts, """{"text": "x"}""", TrainOn.Assistant)).Message);
    }

    /// <summary>As axolotl's, ms-swift's and OpenAI's files say it; by turns, and by generation blocks.</summary>
    [Theory]
    [InlineData("\"train\": false", "\"train\": true")]
    [InlineData("\"training\": false", "\"x\": 1")]
    [InlineData("\"loss\": false", "\"loss\": true")]
    [InlineData("\"weight\": 0", "\"weight\": 1")]
    public void A_turn_that_says_so_is_not_trained_on(string not, string trained)
    {
        string turns = $$"""
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", {{not}}},
            {"role": "user", "content": "c"}, {"role": "assistant", "content": "d", {{trained}}}]}
            """.ReplaceLineEndings("");
        DocumentTokenizer texts = DocumentTokenizer.Of(Bytes, Material.Model, 256);
        Assert.Equal("d<|im_end|>\n<|endoftext|>", Trained(Stored(texts, turns, TrainOn.Assistant)));

        string marked = _folder.Write(
            "marked.jinja",
            "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% else %}"
            + "{% generation %}{{ m.content }}{% endgeneration %}{% endif %}{% endfor %}");
        DocumentTokenizer blocks = DocumentTokenizer.Of(
            Bytes, Material.Model, 256, templates: ChatTemplates.Load(Material.Model, marked));
        Assert.Equal("d<|endoftext|>", Trained(Stored(blocks, turns, TrainOn.Assistant)));
        string twice = _folder.Write(
            "twice.jinja",
            "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% else %}"
            + "{% generation %}{{ m.content }}{% endgeneration %};{% generation %}.{% endgeneration %}"
            + "{% endif %}{% endfor %}");
        blocks = DocumentTokenizer.Of(
            Bytes, Material.Model, 256, templates: ChatTemplates.Load(Material.Model, twice));
        Assert.Contains(
            "expected a template that writes each turn of the assistant in one generation block, got 4 for 2 turns",
            Assert.Throws<BadRecordException>(() => Stored(blocks, turns, TrainOn.Assistant)).Message);
    }

    [Theory]
    [InlineData("a text", "a text<|endoftext|>")]
    [InlineData("a text<|endoftext|>", "a text<|endoftext|>")]
    [InlineData("a text<|endoftext|> \n", "a text<|endoftext|> \n")]
    [InlineData("a<|endoftext|>text", "a<|endoftext|>text<|endoftext|>")]
    [InlineData("", "<|endoftext|>")]
    public void A_document_ends_once(string text, string document) => Assert.Equal(
        document,
        Text(Stored(
            DocumentTokenizer.Of(Bytes, Material.Model, 256), new JsonObject { ["text"] = text }.ToJsonString())));

    /// <summary>As <c>tokenizer(text)</c> begins it; a dialogue begins as its template does.</summary>
    [Fact]
    public void A_document_begins_as_the_tokenizer_has_it_and_never_twice()
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(Material.Model, "tokenizer.json")))!;
        json["post_processor"] = JsonNode.Parse("""
            {"type": "TemplateProcessing",
             "single": [
               {"SpecialToken": {"id": "<|im_start|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"<|im_start|>": {"id": "<|im_start|>", "ids": [257], "tokens": ["<|im_start|>"]}}}
            """);
        string folder = _folder.Folder("m");
        _folder.Write("m/tokenizer.json", json.ToJsonString());
        Tokenizer tokenizer = Tokenizer.Load(folder);
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, folder, 256);
        Assert.Equal([257], texts.DocumentBegin);
        Assert.Equal("<|im_start|>x<|endoftext|>", Text(Stored(texts, """{"text": "x"}""")));
        Assert.Equal("<|im_start|>x<|endoftext|>", Text(Stored(texts, """{"text": "<|im_start|>x"}""")));
        Assert.Equal(
            "<|im_start|>u\nx<|im_end|>\n<|endoftext|>",
            Text(Stored(texts, """{"messages": [{"role": "u", "content": "x"}]}""")));
        Assert.Equal(
            "x<|endoftext|>",
            Text(Stored(DocumentTokenizer.Of(tokenizer, folder, 256, begin: []), """{"text": "x"}""")));
        Assert.StartsWith(
            "every document begins with <|im_start|> (257) and ends with <|endoftext|> (256), once", texts.EndRule);
    }

    /// <summary>A run is the same on every day.</summary>
    [Fact]
    public void A_template_that_reads_the_clock_sees_one_that_stands()
    {
        string folder = _folder.Folder("clock");
        File.Copy(Path.Combine(Material.Model, "tokenizer.json"), Path.Combine(folder, "tokenizer.json"));
        _folder.Write("clock/chat_template.jinja", "{{ strftime_now('%d %b %Y') }} {{ messages[0].content }}");
        DocumentTokenizer texts = DocumentTokenizer.Of(Bytes, folder, 256);
        Assert.Equal(
            "01 Jan 2025 x<|endoftext|>",
            Text(Stored(texts, """{"messages": [{"role": "user", "content": "x"}]}""")));
        Assert.EndsWith("chat_template.jinja, whose clock stands at 1 January 2025", texts.EndRule);
    }

    /// <summary>A template that cannot be read hinders dialogues alone.</summary>
    [Fact]
    public void Texts_need_no_template()
    {
        string folder = _folder.Folder("broken");
        File.Copy(Path.Combine(Material.Model, "tokenizer.json"), Path.Combine(folder, "tokenizer.json"));
        _folder.Write("broken/chat_template.jinja", "{% for %}");
        DocumentTokenizer texts = DocumentTokenizer.Of(Bytes, folder, 256);
        Assert.Equal("x<|endoftext|>", Text(Stored(texts, """{"text": "x"}""")));
        Assert.Contains("the model's chat template cannot be read", texts.EndRule);
        Assert.Contains(
            "chat_template.jinja:1: not a chat template",
            Assert.Throws<ChatTemplateException>(
                () => Stored(texts, """{"messages": [{"role": "user", "content": "x"}]}""")).Message);
    }

    [Fact]
    public void Rows_of_a_corpus_know_what_is_trained_on()
    {
        string path = _folder.Write("a.jsonl", """
            {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes?"}]}
            {"messages": [{"role": "user", "content": "hi"}]}
            """);
        CorpusSettings corpus = new("a", path, CorpusKind.Domain) { TrainOn = TrainOn.Assistant };
        Corpus loaded = new CorpusLoader(DocumentTokenizer.Of(Bytes, Material.Model, 256), 1)
            .Load(new(512, null, null, 0, [corpus]))[0];
        TokenRow row = loaded.Train.Row(0);
        int[] predicted = [.. row.Tokens.ToArray().Where((_, i) => row.Predicted.Span[i])];
        Assert.Equal("yes?<|im_end|>\n<|endoftext|>", Text(predicted));
        Assert.Equal(
            Dialogue + "<|endoftext|><|im_start|>user\nhi<|im_end|>\n<|endoftext|>", Text(row.Tokens.ToArray()));
    }

    private int[] Stored(DocumentTokenizer texts, string record, TrainOn trainOn = TrainOn.All)
    {
        string path = _folder.Write("a.jsonl", record + "\n");
        CorpusSettings corpus = Records.Reading.Corpus(path) with { TrainOn = trainOn };
        return texts.Stored(texts.Writer.Write(Assert.Single(Records.Reading.All(corpus)), corpus, path));
    }

    private static string Text(int[] stored) => Bytes.Decode(TokenMark.Ids(stored), skipSpecialTokens: false);

    private static string Trained(int[] stored) => Text([.. stored.Where(t => t >= 0)]);

    /// <summary>The text without halves of surrogate pairs.</summary>
    private static string Whole(string? text) => string.Concat((text ?? "").EnumerateRunes());
}
