using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;
using MolEngine.Oracle;

namespace MolEngine.Engine.Tests.Generation;

public sealed class DecoderTests
{
    /// <summary>600 tokens: two whole chunks and a third; then token by token, and in uneven parts.</summary>
    [Theory]
    [InlineData("qwen3", true)]
    [InlineData("llama", false)]
    [InlineData("smollm3", false)]
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

    [Theory]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("smollm3")]
    public void Logits_equal_the_oracle(string type)
    {
        using var model = new TinyModel(type);
        int[] prompt = model.Rows(5, [24])[0].Tokens.ToArray();
        var truth = new OracleModel(
            OracleConfig.Parse(TinyModel.Json(type, tied: false)) with { NoRopeLayers = model.Config.NoRopeLayers },
            model.Tensors.ToDictionary(
                t => t.Key, t => Array.ConvertAll(t.Value.Span<float>().ToArray(), x => (double)x)));
        double[] expected = truth.Forward(new OracleBatch([prompt])).Logits[^model.Config.VocabSize..];
        double largest = expected.Max(Math.Abs);
        Assert.Equal(type == "smollm3" ? [1] : [], model.Config.NoRopeLayers);
        Assert.All(
            expected.Zip(Logits(model, model.Weights, prompt, [20, 1, 3])),
            p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 1e-5 * largest));
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
