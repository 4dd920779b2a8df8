using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;

namespace MolEngine.Engine.Tests.Generation;

public sealed class DecoderTests
{
    /// <summary>600 tokens: two whole chunks and a third; then token by token, and in uneven parts.</summary>
    [Theory]
    [InlineData("qwen3", true)]
    [InlineData("llama", false)]
    public void A_prompt_in_one_piece_is_the_prompt_in_many(string type, bool adapted)
    {
        using var model = new TinyModel(type);
        TransformerWeights weights = adapted ? model.Adapter().Weights : model.Weights;
        int[] prompt = model.Rows(3, [600])[0].Tokens.ToArray();
        float[] whole = Logits(model, weights, prompt, [600]);
        float largest = whole.Max(Math.Abs);
        foreach (int[] parts in (int[][])[[.. Enumerable.Repeat(1, 600)], [1, 16, 17, 255, 256, 55], [599, 1]])
        {
            float[] other = Logits(model, weights, prompt, parts);
            Assert.All(whole.Zip(other), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 1e-5f * largest));
        }

        float[] shorter = Logits(model, weights, prompt[1..], [599]);
        Assert.Contains(whole.Zip(shorter), p => Math.Abs(p.First - p.Second) > 1e-3f * largest);
    }

    [Fact]
    public void Room_ends_with_the_capacity()
    {
        using var model = new TinyModel("llama");
        using var decoder = new Decoder(model.Ops, model.Config, model.Weights, capacity: 5);
        decoder.Append([3, 4, 5]);
        Assert.Equal(2, decoder.Room);
        float[] before = [.. decoder.Logits];
        Assert.Contains("expected 1 to 2", Assert.Throws<ArgumentException>(() => decoder.Append([6, 7, 8])).Message);
        Assert.Throws<ArgumentException>(() => decoder.Append([]));
        Assert.Equal(2, decoder.Room);
        Assert.Equal(before, decoder.Logits);
        decoder.Append([6, 7]);
        Assert.Equal(0, decoder.Room);
        Assert.Throws<ArgumentException>(() => decoder.Append([8]));
    }

    private static float[] Logits(TinyModel model, TransformerWeights weights, int[] prompt, int[] parts)
    {
        using var decoder = new Decoder(model.Ops, model.Config, weights, prompt.Length);
        int start = 0;
        foreach (int part in parts)
        {
            decoder.Append(prompt.AsSpan(start, part));
            start += part;
        }

        Assert.Equal((prompt.Length, 0), (start, decoder.Room));
        return decoder.Logits;
    }
}
