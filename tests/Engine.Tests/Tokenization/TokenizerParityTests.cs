using System.Text;
using System.Text.Json;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>Every reference case: ids, decoded text, streaming.</summary>
public sealed class TokenizerParityTests
{
    [Theory]
    [InlineData("qwen3", "tokenizer_cases.jsonl")]
    [InlineData("smollm2", "tokenizer_cases.jsonl")]
    [InlineData("llama_story", "tokenizer_cases.jsonl")]
    [InlineData("llama3_style", "llama3_style/llama3_style_cases.jsonl")]
    public void EncodesAndDecodesEveryCase(string name, string file)
    {
        Tokenizer tokenizer = TokenizerCases.Load(name);
        List<JsonElement> cases = TokenizerCases.Read(name, file.Split('/'));
        List<string> failures = [];
        foreach (JsonElement c in cases)
        {
            string text = c.Text("text");
            int[] ids = c.Ids("ids");
            Check(text, "ids", ids, tokenizer.Encode(text, addSpecialTokens: false));
            int[] special = c.TryGetProperty("ids_special", out _)
                ? c.Ids("ids_special") : [.. tokenizer.BeginIds, .. ids];
            Check(text, "ids_special", special, tokenizer.Encode(text, addSpecialTokens: true));
            CheckText(text, "decoded", c.Text("decoded"), tokenizer.Decode(ids, skipSpecialTokens: false));
            if (c.TryGetProperty("decoded_skip_special", out JsonElement skipped))
                CheckText(
                    text, "decoded_skip_special", skipped.GetString()!, tokenizer.Decode(ids, skipSpecialTokens: true));
        }

        TokenizerCases.AssertNone(failures, cases.Count);

        void Check(string text, string what, int[] expected, int[] got)
        {
            if (!expected.SequenceEqual(got))
                failures.Add($"{what} of {text}: expected {string.Join(' ', expected)}, got {string.Join(' ', got)}");
        }

        void CheckText(string text, string what, string expected, string got)
        {
            if (expected != got)
                failures.Add($"{what} of {text}: expected {expected}, got {got}");
        }
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("smollm2")]
    [InlineData("llama_story")]
    public void StreamsEveryCase(string name)
    {
        Tokenizer tokenizer = TokenizerCases.Load(name);
        List<JsonElement> cases = TokenizerCases.Read(name, "decode_cases.jsonl");
        List<string> failures = [];
        foreach (JsonElement c in cases)
        {
            int[] ids = c.Ids("ids");
            string[] steps = [.. c.GetProperty("steps").EnumerateArray().Select(s => s.GetString()!)];
            StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
            var shown = new StringBuilder();
            for (int k = 0; k < ids.Length; k++)
            {
                shown.Append(decoder.Append(ids[k]));
                if (shown.ToString() != steps[k])
                    failures.Add($"{c.Text("kind")}, step {k}: expected {steps[k]}, got {shown}");
            }

            string final = shown.Append(decoder.Finish()).ToString();
            if (final != c.Text("final") || tokenizer.Decode(ids, skipSpecialTokens: false) != final)
                failures.Add($"{c.Text("kind")}, final: expected {c.Text("final")}, got {final}");
        }

        TokenizerCases.AssertNone(failures, cases.Count);
    }

    [Theory]
    [InlineData("qwen3", 151_669, "<|im_end|>", 151_645, null)]
    [InlineData("smollm2", 49_152, "<|im_end|>", 2, "<|im_start|>")]
    [InlineData("llama_story", 2_048, "<|end_story|>", 2, "<|start_story|>")]
    [InlineData("llama3_style", 3_005, "<|eot_id|>", 3_004, "<|begin_of_text|>")]
    public void KnowsItsTokens(string name, int size, string eos, int eosId, string? bos)
    {
        Tokenizer tokenizer = TokenizerCases.Load(name);
        Assert.Equal(size, tokenizer.VocabularySize);
        Assert.Equal(eos, tokenizer.EosToken);
        Assert.Equal(bos, tokenizer.BosToken);
        Assert.Equal(eosId, tokenizer.TokenId(eos));
        Assert.Equal(eos, tokenizer.TokenText(eosId));
        Assert.True(tokenizer.AddedTokens.Single(t => t.Content == eos).Special);
    }
}
