// Writes the files of a byte-level tokenizer without merges: a token for each of the 256 bytes, and three special tokens.
//
//     dotnet run tools/byte_tokenizer.cs -- FOLDER
//
// The token of byte b has the id b. Text is split as Qwen's tokenizer splits it; without merges the split does not change the ids.
#:property PublishAot=false

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run tools/byte_tokenizer.cs -- FOLDER");
    return 2;
}

const string Split =
    @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
string[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

var vocab = new JsonObject();
int shifted = 0;
for (int b = 0; b < 256; b++)
{
    // GPT-2's alphabet: printable bytes stand for themselves, the others for the characters from U+0100 on.
    bool printable = b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
    vocab[((char)(printable ? b : 256 + shifted++)).ToString()] = b;
}

var added = new JsonArray();
for (int i = 0; i < special.Length; i++)
{
    added.Add(new JsonObject
    {
        ["id"] = 256 + i, ["content"] = special[i], ["single_word"] = false,
        ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
    });
}

var tokenizer = new JsonObject
{
    ["version"] = "1.0",
    ["truncation"] = null,
    ["padding"] = null,
    ["added_tokens"] = added,
    ["normalizer"] = new JsonObject { ["type"] = "NFC" },
    ["pre_tokenizer"] = new JsonObject
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Split }, ["behavior"] = "Isolated", ["invert"] = false },
            ByteLevel()),
    },
    ["post_processor"] = ByteLevel(),
    ["decoder"] = ByteLevel(),
    ["model"] = new JsonObject
    {
        ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = "", ["end_of_word_suffix"] = "",
        ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false, ["vocab"] = vocab, ["merges"] = new JsonArray(),
    },
};
var tokenizerConfig = new JsonObject
{
    ["tokenizer_class"] = "Qwen2Tokenizer",
    ["eos_token"] = special[0],
    ["pad_token"] = special[0],
    ["bos_token"] = null,
    ["unk_token"] = null,
    ["add_prefix_space"] = false,
    ["clean_up_tokenization_spaces"] = false,
    ["model_max_length"] = 1024,
};
Directory.CreateDirectory(args[0]);
Write("tokenizer.json", tokenizer);
Write("tokenizer_config.json", tokenizerConfig);
return 0;

static JsonObject ByteLevel() =>
    new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

void Write(string name, JsonObject content)
{
    var options = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    string text = content.ToJsonString(options).ReplaceLineEndings("\n") + "\n";
    File.WriteAllText(Path.Combine(args[0], name), text, new UTF8Encoding(false));
}
