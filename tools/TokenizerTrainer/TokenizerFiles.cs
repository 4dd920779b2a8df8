using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Basics.Files;
using MolEngine.Engine.Tokenization;

namespace MolEngine.TokenizerTrainer;

/// <summary>
/// tokenizer.json and tokenizer_config.json of a byte-level BPE, normalised and split as Qwen's. Byte b has the id b,
/// then come the merges, then the special tokens, of which the first ends a document.
/// </summary>
internal static class TokenizerFiles
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string folder, BpeVocabulary vocabulary, IReadOnlyList<string> specialTokens)
    {
        Save(Path.Combine(folder, "tokenizer.json"), Tokenizer(vocabulary, specialTokens));
        Save(Path.Combine(folder, "tokenizer_config.json"), new JsonObject
        {
            ["tokenizer_class"] = "Qwen2Tokenizer",
            ["eos_token"] = specialTokens[0],
            ["pad_token"] = specialTokens[0],
            ["bos_token"] = null,
            ["unk_token"] = null,
            ["add_prefix_space"] = false,
            ["clean_up_tokenization_spaces"] = false,
        });
    }

    private static JsonObject Tokenizer(BpeVocabulary vocabulary, IReadOnlyList<string> specialTokens)
    {
        string[] spellings = [.. vocabulary.Tokens.Select(
            t => string.Concat(t.Select(b => ByteAlphabet.ToChar((byte)b))))];
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(
                [.. specialTokens.Select((token, i) => AddedToken(spellings.Length + i, token))]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(Split(), ByteLevel()),
            },
            ["post_processor"] = ByteLevel(),
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = new JsonObject(spellings.Select((s, id) => KeyValuePair.Create(s, (JsonNode?)id))),
                ["merges"] = new JsonArray(
                    [.. vocabulary.Merges.Select(m => (JsonNode)$"{spellings[m.Left]} {spellings[m.Right]}")]),
            },
        };
    }

    private static JsonObject AddedToken(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject Split() => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = QwenStage.QwenPattern },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = false,
    };

    private static void Save(string path, JsonObject content) =>
        DurableFiles.WriteText(path, content.ToJsonString(Options) + "\n");
}
