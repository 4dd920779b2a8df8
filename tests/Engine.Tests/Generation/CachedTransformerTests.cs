using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;

namespace MolEngine.Engine.Tests.Generation;

/// <summary>The transformer over a cache.</summary>
public sealed class CachedTransformerTests
{
    /// <summary>Token by token, in even and in uneven parts: the same logits, to the bit.</summary>
    [Theory]
    [InlineData("qwen3", true)]
    [InlineData("llama", false)]
    [InlineData("smollm3", false)]
    public void A_prompt_in_one_piece_is_the_prompt_in_many(string type, bool adapted)
    {
        using var model = new TinyModel(type);
        TransformerWeights weights = adapted ? model.Adapter().Weights : model.Weights;
        int[] prompt = model.Rows(3, [200])[0].Tokens.ToArray();
        float[] whole = Logits(model, weights, prompt, [200]);
        foreach (int[] parts in (int[][])[[.. Enumerable.Repeat(1, 200)], [1, 16, 17, 65, 64, 37], [199, 1]])
            Assert.Equal(whole, Logits(model, weights, prompt, parts));

        float largest = whole.Max(Math.Abs);
        float[] shorter = Logits(model, weights, prompt[1..], [199]);
        Assert.Contains(whole.Zip(shorter), p => Math.Abs(p.First - p.Second) > 1e-3f * largest);
    }

    /// <summary>The logits after the last token.</summary>
    private static float[] Logits(TinyModel model, TransformerWeights weights, int[] prompt, int[] parts)
    {
        using var cached = new CachedModel(model.Ops, model.Config, weights, prompt.Length);
        float[] logits = [];
        foreach (int part in parts)
            logits = cached.Append(prompt.AsSpan(cached.Length, part));
        Assert.Equal(prompt.Length, cached.Length);
        return logits[^model.Config.VocabSize..];
    }
}
