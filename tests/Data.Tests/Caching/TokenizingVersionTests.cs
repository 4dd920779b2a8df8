using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Data.Caching;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Caching;

/// <summary>
/// The version in the cache's key is pinned to the tokens that the code makes: a change of the code that makes others
/// must not find those of before.
/// </summary>
public sealed class TokenizingVersionTests : IDisposable
{
    /// <summary>The digest of version 1, of version 2 and so on: a new version adds its own.</summary>
    private static readonly string[] Digests =
    [
        "aece9180da301da0cabb6650f9aa0d5d857c7dc8d972597b689b1a50a4f540af",
        "7ed46b95c91f5962a8d3f2f008802515253576672d7d17864228c4eeaf24bba2",
        "be9f4a34d5256d1883b4317f0ffb63bdda5a0496c4069f4ba41acf040cf2e21b",

        // The same tokens: what an entry has beside them changed, and records that were passed over are read.
        "be9f4a34d5256d1883b4317f0ffb63bdda5a0496c4069f4ba41acf040cf2e21b",

        // The same tokens of the same files: options that name themselves or are null, and tables with bars, are new.
        "be9f4a34d5256d1883b4317f0ffb63bdda5a0496c4069f4ba41acf040cf2e21b",

        // The same tokens of the same files: options with marks as "(A)" and messages that say whether they are trained
        // on are new.
        "be9f4a34d5256d1883b4317f0ffb63bdda5a0496c4069f4ba41acf040cf2e21b",
    ];

    private static readonly string[] Texts =
    [
        "", " ", "It's a dog, isn't it? They'LL see.", "one  two   three\t\tfour \n\n  five \r\n six\r",
        "3,141 and 2.72, 0x1F",
        "caf\u00e9 cafe\u0301 \u212b \uac00 \u1100\u1161 \ufb01",
        "\u4f60\u597d\u3002\u3053\u3093 \u043f\u0440\u0438\u0432\u0435\u0442 \u0645\u0631\u062d\u0628\u0627",
        "\U0001F469\u200D\U0001F52C \u2028 \u0085 \ufeff!", "<|im_start|>user\nx<|im_end|> <|endoftext|>the end",
        "for (i=0; i<10; i++) { the_other(); }",
        "The theory then; the THE " + new string('z', 300), "{braces} {{twice}}",
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tokens_are_those_of_the_version()
    {
        var all = new StringBuilder();
        foreach ((string name, DocumentTokenizer tokenizer) in Tokenizers())
        {
            foreach (CorpusSettings corpus in Corpora())
            {
                DataSettings data = new(64, null, null, 3, [corpus]) { SkipBadRecords = true };
                Corpus made = new CorpusLoader(tokenizer, 2).Load(data)[0];
                all.Append($"{name} {corpus.Name} {made.Source.Dialogues} {made.Source.Skipped.Count} ")
                    .Append($"{made.Train.Fingerprint()} {made.HeldOut.Fingerprint()}\n");
            }
        }

        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
        Assert.True(
            Digests.Length == TokenizingVersion.Current && digest == Digests[^1],
            $"the tokens changed: raise TokenizingVersion and add the digest {digest} (version "
            + $"{TokenizingVersion.Current}, digests of {Digests.Length}).\n{all}");
    }

    /// <summary>
    /// The test tokenizer of bytes; with merges; and with merges, another way of cutting and no normalizer.
    /// </summary>
    private IEnumerable<(string Name, DocumentTokenizer Tokenizer)> Tokenizers()
    {
        yield return ("bytes", Of(Material.Model, "<|endoftext|>"));
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(Material.Model, "tokenizer.json")))!;
        JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
        JsonArray merges = json["model"]!["merges"]!.AsArray();
        int next = 300;
        foreach (string merge in new[] { "t h", "h e", "th e", "\u0120 the", "z z", "zz zz", "o n", "i t",
            "\u00c3 \u00a9", "\u0120 t", "e r", "' s" })
        {
            merges.Add(merge);
            vocabulary[merge.Replace(" ", "")] = next++;
        }

        yield return ("merges", Of(Model("merges", json), "<|im_end|>"));
        json["normalizer"] = null;
        json["pre_tokenizer"] = JsonNode.Parse("""
            {"type": "Sequence", "pretokenizers": [
              {"type": "Digits", "individual_digits": true},
              {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true}]}
            """);
        yield return ("gpt2", Of(Model("gpt2", json), "<|endoftext|>"));
        string templated = Model("templated", json);
        _folder.Write(
            "templated/chat_template.jinja", "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}");
        yield return ("a template of texts", Of(templated, "<|endoftext|>"));
    }

    private string Model(string name, JsonNode json)
    {
        string folder = _folder.Folder(name);
        _folder.Write($"{name}/tokenizer.json", json.ToJsonString());
        File.Copy(
            Path.Combine(Material.Model, "tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
        return folder;
    }

    private static DocumentTokenizer Of(string folder, string end)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        return DocumentTokenizer.Of(tokenizer, folder, tokenizer.TokenId(end)!.Value);
    }

    /// <summary>Every shape, format, template and split over the same texts.</summary>
    private IEnumerable<CorpusSettings> Corpora()
    {
        string[] pairs = [.. Texts.Zip(Texts.Skip(1), (a, b) => Json(("question", a), ("answer", b)))];
        JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
        string[] dialogues =
        [
            .. Texts.Select(t => new JsonObject
            {
                ["messages"] = new JsonArray(
                    Message("system", "Be brief."), Message("user", t), Message("assistant", $"{t}!")),
            }.ToJsonString()),
            """{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"text": "b"}]}]}""",
        ];
        string[] texts = [.. Texts.Select(t => Json(("text", t)))];
        string[] completions = [.. Texts.Zip(Texts.Skip(2), (a, b) => Json(("prompt", a), ("completion", b)))];
        string[] mixed = [.. texts, .. pairs, "{\"x\": 1}", .. dialogues, "{", .. completions];
        string lines = _folder.Write("mixed.jsonl", string.Join('\n', mixed));
        string array = _folder.Write("array.json", $"[{string.Join(",\n", [.. texts, .. pairs, .. dialogues])}]");
        string packed = _folder.Write("texts.jsonl.gz", Packed(string.Join('\n', texts)));
        string plain = _folder.Write("plain.txt", string.Join("\n\n", Texts) + "\r\n\r\n last \r\n");
        string other = _folder.Write(
            "other.jsonl", string.Join('\n', Texts.Select(t => Json(("title", t), ("body", $"{t} {t}")))));
        CorpusSettings Corpus(string name, params string[] paths) => new(name, paths, CorpusKind.Domain);
        yield return Corpus("mixed", lines, array, packed);
        yield return Corpus("chat", lines, array) with { Pairs = PairStyle.Chat };
        yield return Corpus("assistant", lines, array) with { TrainOn = TrainOn.Assistant };
        yield return Corpus("pieces", plain) with { Split = TextSplit.Tokens };
        yield return Corpus("lines", plain) with { Split = TextSplit.Lines };
        yield return Corpus("paragraphs", plain) with { Split = TextSplit.BlankLines };
        yield return Corpus("files", plain, Copy(plain, "2"), Copy(plain, "3"), Copy(plain, "4"));
        yield return Corpus("fields", other) with { Fields = new(Question: "title", Answer: "body") };
        yield return Corpus("template", other) with { Template = "{{{title}}}\n\n{body} ({title})" };
    }

    private string Copy(string path, string mark) =>
        _folder.Write($"plain{mark}.txt", File.ReadAllText(path) + mark);

    private static string Json(params (string Name, string Value)[] fields) =>
        new JsonObject(fields.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Name, f.Value))).ToJsonString();

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
