using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Engine.Files;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>Broken and unsupported files: always a <see cref="ModelFileException"/> that names file and key.</summary>
public sealed class BadTokenizerTests
{
    private static readonly string Good = Make().ToJsonString();

    [Theory]
    [InlineData("normalizer", """{"type": "Nmt"}""", "normalizer.type: ", "Nmt")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "BertNormalizer"}]}""", "normalizer.normalizers[1].type", "BertNormalizer")]
    [InlineData("normalizer", """{"type": "NFC", "form": 1}""", "normalizer: ", "form")]
    [InlineData("pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}""", "pretokenizers[1].type", "Digits")]
    [InlineData(
        "pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Kept", "invert": false}""", "pre_tokenizer.behavior", "Kept")]
    [InlineData("decoder", "null", "decoder", "missing")]
    [InlineData("decoder", """{"type": "CTC"}""", "decoder.type", "CTC")]
    [InlineData("post_processor", """{"type": "BertProcessing"}""", "post_processor.type", "BertProcessing")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "single": []}""", "post_processor.single", "no sequence")]
    [InlineData(
        "post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}""", "post_processor.single[0].SpecialToken.id", "\"x\"")]
    [InlineData("version", "\"2.0\"", "version", "2.0")]
    [InlineData("model.surprise", "1", "model: ", "surprise")]
    [InlineData("pre_tokenizer.pretokenizers", """[{"type": "ByteLevel", "use_regex": true, "reversed": true}]""", "pretokenizers[0]: ", "reversed")]
    [InlineData(
        "pre_tokenizer", """{"type": "Split", "pattern": {"Glob": "a*"}, "behavior": "Isolated", "invert": false}""", "pre_tokenizer.pattern", "Glob")]
    [InlineData(
        "post_processor", """{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"Mask": {"id": "A"}}]}""", "post_processor.single[1]", "Mask")]
    [InlineData("model", """{"type": "Unigram"}""", "model.type", "Unigram")]
    [InlineData("model", """{"vocab": {"a": 0}}""", "model: ", "merges")]
    [InlineData("model.dropout", "0.1", "model.dropout", "0.1")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix", "##")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix", "</w>")]
    [InlineData("model.merges", """[["a", "b"], ["a", "zz"]]""", "model.merges[1]", "\"zz\"")]
    [InlineData("model.merges", """["a b", "h a"]""", "model.merges[1]", "\"ha\"")]
    [InlineData("model.merges", """["a b c"]""", "model.merges[0]", "a b c")]
    [InlineData("model.merges", """[["a"]]""", "model.merges[0]", "two tokens")]
    [InlineData("model.merges", "{}", "model.merges", "a list")]
    [InlineData("model.vocab", """{"a": 0, "b": 0}""", "model.vocab", "id 0 is given twice")]
    [InlineData("model.vocab", """{"a": -1}""", "model.vocab", "-1")]
    [InlineData("model.vocab", """{"a": 99999999999}""", "model.vocab", "99999999999")]
    [InlineData("model.vocab", """{"a": 2000000000}""", "model.vocab", "2000000000")]
    [InlineData("added_tokens", """[{"content": "a"}]""", "added_tokens[0]", "\"id\" is missing")]
    public void IsRefusedByName(string key, string value, string where, string named)
    {
        JsonObject json = Make();
        JsonNode target = json;
        string[] path = key.Split('.');
        foreach (string name in path[..^1])
            target = target[name]!;
        target[path[^1]] = JsonNode.Parse(value);
        string message = Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json)).Message;
        Assert.StartsWith("made/tokenizer.json: ", message);
        Assert.Contains(where, message);
        Assert.Contains(named, message);
    }

    /// <summary>
    /// Settings of a call that were saved along with the tokenizer, which transformers resets before every call.
    /// </summary>
    [Theory]
    [InlineData("truncation", """{"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}""")]
    [InlineData("padding", """{"strategy": {"Fixed": 8}, "direction": "Left", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "<e>"}""")]
    [InlineData("surprise", """{"any": ["thing"]}""")]
    public void IdsAreNeitherCutNorPaddedByWhatTheFileSays(string key, string value)
    {
        JsonObject json = Make();
        json[key] = JsonNode.Parse(value);
        Assert.Equal(
            MadeTokenizer.Parse(Make()).Encode("abc defgh<e>", addSpecialTokens: true),
            MadeTokenizer.Parse(json).Encode("abc defgh<e>", addSpecialTokens: true));
    }

    [Theory]
    [InlineData("model.surprise", "null")]
    [InlineData("model.surprise", "false")]
    [InlineData("pre_tokenizer.surprise", "\"\"")]
    [InlineData("decoder.surprise", "[]")]
    [InlineData("decoder.surprise", "{}")]
    public void KeysThatAreSwitchedOffNeedNotBeKnown(string path, string value)
    {
        JsonObject json = Make();
        string[] keys = path.Split('.');
        json[keys[0]]![keys[1]] = JsonNode.Parse(value);
        Assert.NotEmpty(MadeTokenizer.Parse(json).Encode("abc", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{\"version\": \"\\ud800\"}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"version\": \"1.0\", \"version\": \"1.0\"}")]
    public void NoTokenizerAtAll(string json) => Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json));

    [Fact]
    public void DoubledAndBrokenVocabularyKeys()
    {
        Assert.Contains("\"a\" is given twice", Refusal(Good.Replace("\"a\":", "\"a\":900,\"a\":")));
        Assert.Contains("a key is not valid text", Refusal(Good.Replace("\"a\":", "\"\\ud83d\":")));
    }

    [Fact]
    public void DeepNesting()
    {
        const int Depth = 100_000;
        Refusal(new string('[', Depth) + new string(']', Depth));
        string sequences = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", Depth)) + string.Concat(Enumerable.Repeat("]}", Depth));
        Refusal(Good.Replace("\"normalizer\":null", $"\"normalizer\":{sequences}"));
    }

    [Fact]
    public void EveryTruncation()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Good);
        for (int length = 0; length < bytes.Length; length += 1 + length % 5)
            Assert.Throws<ModelFileException>(() => TokenizerReader.Parse(bytes.AsMemory(0, length), "cut"));
    }

    [Fact]
    public void RandomDamage()
    {
        var random = new Random(9);
        byte[] good = Encoding.UTF8.GetBytes(Good);
        string[] values = ["null", "true", "-1", "1e99", "\"\"", "\"ByteLevel\"", "[]", "{}", "[[]]", """{"type":"Sequence"}""", "\"\\udc00\""];
        int refused = 0;
        for (int n = 0; n < 1500; n++)
        {
            byte[] bytes;
            if (n % 2 == 0)
            {
                bytes = [.. good];
                for (int k = random.Next(1, 4); k > 0; k--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            else
            {
                bytes = Encoding.UTF8.GetBytes(ReplaceOneValue(random, values));
            }

            refused += Survives(bytes) ? 0 : 1;
        }

        Assert.InRange(refused, 300, 1499);
    }

    [Fact]
    public void FilesAndFolders()
    {
        using var temporary = new TemporaryFolder();
        string folder = temporary.Root, file = temporary["tokenizer.json"], config = temporary["tokenizer_config.json"];
        Assert.Contains(file, Assert.Throws<ModelFileException>(() => Tokenizer.Load(folder)).Message);
        File.WriteAllText(file, "\uFEFF" + Good);
        Assert.Null(Tokenizer.Load(folder).EosToken);
        File.WriteAllText(config, """{"eos_token": {"content": "<e>"}, "bos_token": null, "more": [1]}""");
        Assert.Equal("<e>", Tokenizer.Load(file).EosToken);
        Assert.Null(Tokenizer.Load(folder).BosToken);
        File.WriteAllText(config, """{"eos_token": 5}""");
        Assert.Contains(
            $"{config}: key eos_token: ", Assert.Throws<ModelFileException>(() => Tokenizer.Load(folder)).Message);
    }

    internal static JsonObject Make() => MadeTokenizer.Json(
        [("a", "b"), ("ab", "c")], MadeTokenizer.Split(@"\p{L}+"), $"[{MadeTokenizer.Added(258, "<e>")}]");

    private static string Refusal(string json) =>
        Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json)).Message;

    /// <summary>Whether a file loads (and then encodes); anything but a ModelFileException fails the test.</summary>
    private static bool Survives(byte[] json)
    {
        try
        {
            Tokenizer tokenizer = TokenizerReader.Parse(json, "damaged");
            tokenizer.Decode(
                tokenizer.Encode("abc <e> \u0301 1234 \uD83D", addSpecialTokens: true), skipSpecialTokens: false);
            return true;
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    private static string ReplaceOneValue(Random random, string[] values)
    {
        JsonNode root = Make();
        JsonNode node = root;
        while (true)
        {
            JsonNode? child;
            if (node is JsonObject members && members.Count > 0)
            {
                string name = members.ElementAt(random.Next(members.Count)).Key;
                child = members[name];
                if (child is not (JsonObject or JsonArray) || random.Next(3) == 0)
                {
                    members[name] = "@";
                    break;
                }
            }
            else if (node is JsonArray items && items.Count > 0)
            {
                int index = random.Next(items.Count);
                child = items[index];
                if (child is not (JsonObject or JsonArray) || random.Next(3) == 0)
                {
                    items[index] = "@";
                    break;
                }
            }
            else
            {
                break;
            }

            node = child;
        }

        return root.ToJsonString().Replace("\"@\"", values[random.Next(values.Length)]);
    }
}
