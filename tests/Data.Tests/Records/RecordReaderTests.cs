using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FsCheck;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Records;

public sealed class RecordReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Records_become_documents()
    {
        string path = _folder.Write("a.jsonl", """
            {"text": "plain", "id": 1}
            {"prompt": "2 + 2 =", "completion": " 4"}
            {"answer": "Four.", "question": "2 + 2?"}
            {"text": null, "messages": [{"role": "user", "content": "Hi", "name": "x"}, {"content": "Yes?", "role": "assistant"}]}
            """);
        CorpusRecord[] records = Reading.All(Reading.Corpus(path));
        Assert.Equal(
            [
                "plain", "2 + 2 = 4", "2 + 2?\nFour.",
                "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n",
            ],
            records.Select(r => Dialogues.Writer.Write(r, Reading.Corpus(path), path).Text));
        Assert.Equal([false, false, false, true], records.Select(r => r.IsChat));
        Assert.Equal([1L, 2, 3, 4], records.Select(r => r.Line));

        records = Reading.All(Reading.Corpus(path) with { Pairs = PairStyle.Chat });
        Assert.Equal([false, true, true, true], records.Select(r => r.IsChat));
        Assert.Equal([new("user", "2 + 2?"), new("assistant", "Four.")], records[2].Messages!);
    }

    [Fact]
    public void Fields_and_templates_name_any_field()
    {
        string path = _folder.Write(
            "a.jsonl", "{\"body\": \"B\", \"title\": \"T\", \"year\": 1999, \"text\": \"no\"}\n");
        CorpusSettings corpus = Reading.Corpus(path);
        Assert.Equal(["B"], Reading.Texts(corpus with { Fields = new(Text: "body") }));
        Assert.Equal(["BT"], Reading.Texts(corpus with { Fields = new(Prompt: "body", Completion: "title") }));
        Assert.Equal(["T\nB"], Reading.Texts(corpus with { Fields = new(Question: "title", Answer: "body") }));
        Assert.Equal(
            ["T {1999}\n\nB, B"], Reading.Texts(corpus with { Template = "{title} {{{year}}}\n\n{body}, {body}" }));
    }

    [Theory]
    [InlineData(
        "{\"a\": 1, \"b\": \"x\"}", "record: expected the keys of one of these: \"messages\"; \"conversations\"; "
        + "\"text\"; \"question\", \"options\" and \"answer\"; \"Question\", \"Complex_CoT\" and \"Response\"; "
        + "\"instruction\" and \"output\"; \"prompt\" and \"completion\"; \"question\" and \"answer\", "
        + "got the keys a, b. Ways out: say fields: {text: b}; pass over "
        + "such records with data.skip_bad_records: true")]
    [InlineData("{\"prompt\": \"x\"}", "got the keys prompt.")]
    [InlineData("{\"prompt\": \"x\", \"completion\": [1]}",
        "completion[0]: expected an object {\"role\": ..., \"content\": ...}, got a number at byte 31 of the file")]
    [InlineData("{\"prompt\": \"x\", \"completion\": {}}",
        "completion: expected a string, got an object at byte 30 of the file")]
    [InlineData("{\"messages\": []}", "messages: expected at least one message, got an empty list at byte 13")]
    [InlineData("{\"messages\": \"Hi\"}",
        "messages: expected a list of messages {\"role\": ..., \"content\": ...}, got a string")]
    [InlineData(
        "{\"messages\": [\"Hi\"]}", "messages[0]: expected an object {\"role\": ..., \"content\": ...}, got a string")]
    [InlineData(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}, {\"role\": \"assistant\", \"content\": null}]}",
        "messages[1].content: expected a string, got null")]
    [InlineData(
        "{\"messages\": [{\"content\": \"x\"}]}", "messages[0].role: expected a name as user or assistant, got none")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"a\"}, {\"type\": "
        + "\"image_url\"}]}]}",
        "messages[0].content[1]: expected a part {\"type\": \"text\", \"text\": ...}, got one of type image_url")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"a\", \"images\": [\"a.png\"]}]}",
        "messages[0].images: expected a dialogue of texts, got one with images, sound or video")]
    [InlineData("{\"conversations\": [{\"from\": \"function_call\", \"value\": \"a\"}]}",
        "conversations[0].from: expected one of human, user,")]
    [InlineData(
        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}", "record: expected one answer to train on, got a "
        + "preference pair (chosen and rejected), as DPO takes. To train on the better one alone, say fields: "
        + "{prompt: prompt, completion: chosen} and ignore: [rejected]")]
    public void What_fits_nothing_is_named(string record, string expected)
    {
        string path = _folder.Write("a.jsonl", $"{{\"text\": \"\"}}\n{record}\n".Replace("{\"text\": \"\"}\n", ""));
        UserException e = Assert.Throws<BadRecordException>(() => Reading.All(Reading.Corpus(path)));
        Assert.StartsWith($"{path}:1: {(expected.StartsWith("got") ? "record" : expected)}", e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Theory]
    [InlineData("""{"a.b": [{"text": "x"}]}""", "(jq -c '.\"a.b\"[]' FILE > FILE.jsonl)")]
    [InlineData("""{"data": [{"text": "x"}]}""", "(jq -c '.data[]' FILE > FILE.jsonl)")]
    [InlineData("""{"task_id": "a long name of a task", "prompt": "p", "solution": "s", "test": "longer"}""",
        "fields: {prompt: prompt, completion: solution}")]
    [InlineData("""{"id": "abcdefg", "question": "Why?", "A": "this", "B": "that"}""",
        "Ways out: say fields: {text: question}; pass over")]
    [InlineData("""{"instruction": "Sum up", "context": "a b c", "response": "abc it is", "category": "x"}""",
        "Ways out: say template: {user: \"{instruction}[[\\n{context}]]\", assistant: \"{response}\"}; say fields: "
        + "{question: instruction, answer: response}")]
    [InlineData("""{"question": "Why?", "answers": {"start": [3], "text": ["So.", "Thus."]} }""",
        "Ways out: say fields: {question: question, answer: \"answers.text[0]\"}")]
    [InlineData("""{"conversation": {"messages": [{"role": "user", "content": "x"}]} }""",
        "Ways out: say fields: {messages: conversation.messages}")]
    [InlineData("""{"a: b": "one two"}""", "Ways out: say fields: {text: \"a: b\"}")]
    [InlineData("""{"conversation": [{"human": "x", "bot": "y"}]}""",
        "got the keys conversation. Ways out: pass over such records")]
    public void Ways_out_are_right(string record, string expected)
    {
        string path = _folder.Write("a.jsonl", record);
        Assert.Contains(
            expected, Assert.Throws<BadRecordException>(() => Reading.All(Reading.Corpus(path))).Message);
    }

    [Fact]
    public void A_template_of_optional_parts_asks_for_one_of_its_fields()
    {
        string path = _folder.Write("a.jsonl", """{"b": "x"}""");
        CorpusSettings corpus = Reading.Corpus(path) with { Template = "[[{a}]]" };
        Assert.Contains(
            ":1: record: expected a field that the template names, got the keys b",
            Assert.Throws<BadRecordException>(() => Reading.All(corpus)).Message);
    }

    [Fact]
    public void A_template_asks_for_its_fields()
    {
        string path = _folder.Write("a.jsonl", "{\"body\": \"B\", \"title\": true}\n");
        CorpusSettings corpus = Reading.Corpus(path) with { Template = "{title}{body}" };
        Assert.Contains(
            ":1: title: expected a string, got true or false",
            Assert.Throws<BadRecordException>(() => Reading.All(corpus)).Message);
        corpus = corpus with { Template = "{body} {head}" };
        Assert.Contains(
            ":1: record: expected the keys \"body\" and \"head\", got the keys body, title",
            Assert.Throws<BadRecordException>(() => Reading.All(corpus)).Message);
    }

    [Fact]
    public void A_key_that_comes_twice_is_an_error_unless_it_says_the_same()
    {
        string many = string.Join(", ", Enumerable.Range(0, 200_000).Select(i => $"\"k{i}\": {i}"));
        Assert.Equal(["a"], Reading.Texts(Reading.Corpus(_folder.Write(
            "a.jsonl", $"{{\"id\": 1, \"text\": \"a\", \"id\": 1, {many}, \"k7\": 7}}\n"))));
        foreach (string more in new[] { "", $", {many}" })
        {
            string path = _folder.Write("b.jsonl", $"{{\"text\": \"a\"{more}, \"text\": \"b\"}}\n");
            Assert.Contains(
                $":1: record: expected the key \"text\" once, got it with two values at byte {14 + more.Length}",
                Assert.Throws<BadRecordException>(() => Reading.Texts(Reading.Corpus(path))).Message);
        }
    }

    [Property(MaxTest = 100)]
    public void An_array_and_lines_hold_the_same(NonEmptyString[] texts, bool indented, bool packed)
    {
        string[] all = [.. texts.Select(t => t.Get).Append("\"}],\\").Where(IsWhole)];
        var options = new JsonSerializerOptions { WriteIndented = indented };
        object[] records = [.. all.Select(
            (t, i) => new { a = new[] { t, "{[" }, text = t, n = 5 - i, z = (object?)null })];
        byte[] array = JsonSerializer.SerializeToUtf8Bytes(records, options);
        byte[] lines = Encoding.UTF8.GetBytes(string.Join('\n', records.Select(r => JsonSerializer.Serialize(r))));
        string extension = packed ? ".gz" : "";
        string a = _folder.Write($"a.json{extension}", packed ? Pack(array) : array);
        string b = _folder.Write($"b.jsonl{extension}", packed ? Pack(lines) : lines);
        Assert.Equal(all, Reading.Texts(Reading.Corpus(a)));
        Assert.Equal(all, Reading.Texts(Reading.Corpus(b)));
    }

    [Fact]
    public void Elements_longer_than_the_buffer_are_whole_and_keep_their_lines()
    {
        string[] texts = [new string('x', 262_100), "\\\"]\\\\", new string('y', 600_000), string.Concat(
            Enumerable.Repeat("\\n", 200_000))];
        string json = $"[\n{string.Join(",\n\n", texts.Select(t => $"{{\"text\":\n\"{t}\"}}"))}\n]\n";
        CorpusRecord[] records = Reading.All(Reading.Corpus(_folder.Write("a.json", json)));
        Assert.Equal(texts.Select(t => JsonSerializer.Deserialize<string>($"\"{t}\"")), records.Select(r => r.Text));
        Assert.Equal([2L, 5, 8, 11], records.Select(r => r.Line));
    }

    [Theory]
    [InlineData(
        "[{\"text\": \"a\"} {\"text\": \"b\"}]", "JSON: expected a comma or ] after a record, got '{' at byte 15")]
    [InlineData(
        "[{\"text\": \"a\"},]", "JSON: expected a record after the comma, got ']' (the last record has no "
        + "comma) at byte 15")]
    [InlineData("[{\"text\": \"a\"}] x", "JSON: expected nothing after the array, got 'x' at byte 16")]
    [InlineData("[{\"text\": \"a\"}", "expected the array of line 1 closed, got the end of the file at byte 14")]
    [InlineData("[{\"text\": \"a\"}, {\"text\": ", "closed, got the end of the file inside a record at byte 16")]
    [InlineData("[\n7]", ":2: record: expected an object {\"key\": value, ...}, got a number")]
    [InlineData("[\n{\"text\":\n 'a'}]", ":3: record: expected one JSON object, got a single quote, as Python prints; "
        + "JSON has double quotes at byte 12")]
    [InlineData(" []", "got no records")]
    public void A_broken_array_says_where(string json, string expected)
    {
        string path = _folder.Write("a.json", json);
        Assert.Contains(expected, Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message);
    }

    [Fact]
    public void Text_files_fold_line_breaks_and_say_where_bytes_are_bad()
    {
        string path = _folder.Write("a.txt", "\uFEFF \r\n  one\r\ntwo \r\n\t\r\n\r\nthree\r\n\r\n");
        CorpusSettings corpus = Reading.Corpus(path);
        Assert.Equal(["  one\ntwo \n\t\n\nthree"], Reading.Texts(corpus));
        Assert.Equal(["  one\ntwo ", "three"], Reading.Texts(corpus with { Split = TextSplit.BlankLines }));
        Assert.Equal(["  one", "two ", "three"], Reading.Texts(corpus with { Split = TextSplit.Lines }));
        CorpusRecord[] records = Reading.All(corpus with { Split = TextSplit.BlankLines });
        Assert.Equal([2L, 6], records.Select(r => r.Line));

        path = _folder.Write("b.txt", [.. "a\nb\n\nc\n"u8, 0xE9, .. "\nd\n\ne"u8]);
        corpus = Reading.Corpus(path) with { Split = TextSplit.BlankLines };
        var skipped = new List<BadRecordException>();
        Assert.Equal(["a\nb", "e"], Reading.All(corpus, skipped).Select(r => r.Text));
        Assert.StartsWith(
            $"{path}:5: record: expected UTF-8, got the byte E9 at byte 7", Assert.Single(skipped).Message);
        Assert.Contains(
            $"{path}:5: ", Assert.Throws<BadRecordException>(() => Reading.All(Reading.Corpus(path))).Message);
    }

    [Fact]
    public void Gzip_is_known_by_its_bytes_and_must_be_whole()
    {
        byte[] packed = Pack("{\"text\": \"a\"}\n"u8.ToArray());
        string path = _folder.Write("a.jsonl", [.. packed, .. packed]);
        Assert.Equal(["a", "a"], Reading.Texts(Reading.Corpus(path)));
        path = _folder.Write("cut.jsonl", [.. packed, .. packed[..^9]]);
        Assert.Contains(
            "the file ends before its data does",
            Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message);
        byte[] noise = new byte[100_000];
        new System.Random(1).NextBytes(noise);
        packed = Pack(Encoding.ASCII.GetBytes($"{{\"text\": \"{Convert.ToHexString(noise)}\"}}\n"));
        path = _folder.Write("b.jsonl.gz", packed[..(packed.Length / 2)]);
        Assert.StartsWith(
            $"{path}: corpus: expected whole gzip data",
            Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message);
    }

    /// <summary>Whatever the members are made of: their ends are found to the byte.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_follows_gzip_data_is_told_and_zeros_are_padding(int members)
    {
        byte[] noise = new byte[30_000];
        new System.Random(2).NextBytes(noise);
        byte[] packed = Pack(Encoding.ASCII.GetBytes($"{{\"text\": \"{Convert.ToHexString(noise)}\"}}\n"));

        // A name, as gzip writes one, an empty member, and a file of several.
        byte[] named = [.. packed[..3], 8, .. packed[4..10], .. "name.jsonl\0"u8, .. packed[10..]];
        byte[] whole = [.. Enumerable.Repeat<byte[]>([.. named, .. Pack([])], members).SelectMany(m => m)];
        foreach (int zeros in (int[])[0, 1, 7, 8, 512])
        {
            string padded = _folder.Write($"{zeros}.jsonl.gz", [.. whole, .. new byte[zeros]]);
            Assert.Equal(members, Reading.All(Reading.Corpus(padded)).Count());
        }

        foreach (byte[] garbage in (byte[][])[[1], [.. "garbage behind"u8], [0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9]])
        {
            int first = whole.Length + Array.FindIndex(garbage, b => b != 0);
            string path = _folder.Write("garbage.jsonl.gz", [.. whole, .. garbage]);
            string message = Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message;
            Assert.StartsWith(
                $"{path}: corpus: expected gzip data alone, got other bytes behind its end, from byte {first} of",
                message);
            Assert.Contains($"head -c {whole.Length} FILE", message);
        }

        foreach (int cut in (int[])[1, 4, 8, 9, 20, 28, 5000])
        {
            string path = _folder.Write("cut.jsonl.gz", whole[..^cut]);
            Assert.Contains(
                "gzip data", Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message);
        }
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"a\"}\n", "record: expected one JSON object, got a byte order mark (EF", 14)]
    [InlineData("a.json", "[{\"text\": \"a\"}]\n", "JSON: expected nothing after the array, got a byte order mark", 16)]
    public void A_mark_inside_of_joined_files_is_called_so(string name, string file, string says, int at)
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(file)];
        Assert.Equal(["a"], Reading.Texts(Reading.Corpus(_folder.Write(name, bytes))));
        string path = _folder.Write(name, [.. bytes, .. bytes]);
        string message = Assert.ThrowsAny<UserException>(() => Reading.All(Reading.Corpus(path))).Message;
        Assert.StartsWith($"{path}:2: {says}", message);
        Assert.Contains("Were two files joined?", message);
        Assert.Contains($"at byte {at + 3} of the file", message);
    }

    private static bool IsWhole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
