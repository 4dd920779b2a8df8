using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;

namespace MolEngine.Engine.Tests.Models;

public sealed class RandomInitTests
{
    private const string Wide = """{"vocab_size": 500, "hidden_size": 64, "pad_token_id": 3, "attention_bias": true, "initializer_range": 0.05}""";

    [Fact]
    public void Linear_and_embedding_are_normal_biases_zero_norms_one()
    {
        using var arena = new HostArena("random");
        ModelConfig config = TinyModel.Config(Wide);
        ModelWeights weights = RandomInit.Create(config, 1, arena);
        foreach (TensorSpec spec in Architectures.Of(config).Tensors(config))
        {
            Span<float> values = weights[spec.Name].Span<float>();
            if (spec.Role is TensorRole.Norm or TensorRole.Bias)
                Assert.True(values.IndexOfAnyExcept(spec.Role == TensorRole.Norm ? 1f : 0f) < 0, spec.Name);
        }

        AssertNormal(weights["lm_head.weight"].Span<float>(), 0.05);
        Span<float> embedding = weights["model.embed_tokens.weight"].Span<float>();
        Assert.True(embedding.Slice(3 * 64, 64).IndexOfAnyExcept(0f) < 0, "the padding row");
        AssertNormal(embedding[(4 * 64)..], 0.05);
    }

    [Fact]
    public void Seeds_and_names_give_unrelated_numbers_and_the_same_seed_the_same()
    {
        using var arena = new HostArena("random");
        ModelConfig config = TinyModel.Config(Wide);
        ModelWeights one = RandomInit.Create(config, 1, arena), again = RandomInit.Create(config, 1, arena),
            two = RandomInit.Create(config, 2, arena);
        const string Name = "model.layers.0.mlp.gate_proj.weight", Other = "model.layers.1.mlp.gate_proj.weight";
        Assert.True(one[Name].Span<float>().SequenceEqual(again[Name].Span<float>()));
        Assert.InRange(
            Correlation(one["lm_head.weight"].Span<float>(), two["lm_head.weight"].Span<float>()), -0.03, 0.03);
        Assert.InRange(Correlation(one[Name].Span<float>(), one[Other].Span<float>()), -0.2, 0.2);
    }

    /// <summary>
    /// 32,000 numbers: mean within 4 deviations of its own, deviation within 2 %, tails as a normal has them.
    /// </summary>
    private static void AssertNormal(Span<float> values, double deviation)
    {
        double sum = 0, squares = 0;
        int beyond1 = 0, beyond3 = 0;
        foreach (float v in values)
        {
            sum += v;
            squares += (double)v * v;
            beyond1 += Math.Abs(v) > deviation ? 1 : 0;
            beyond3 += Math.Abs(v) > 3 * deviation ? 1 : 0;
        }

        int n = values.Length;
        Assert.InRange(sum / n, -4 * deviation / Math.Sqrt(n), 4 * deviation / Math.Sqrt(n));
        Assert.InRange(Math.Sqrt(squares / n) / deviation, 0.98, 1.02);
        Assert.InRange(beyond1 / (double)n, 0.305, 0.33);
        Assert.InRange(beyond3 / (double)n, 0.0015, 0.0042);
        Assert.InRange(Correlation(values[..^1], values[1..]), -0.03, 0.03);
    }

    private static double Correlation(Span<float> a, Span<float> b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }

        return ab / Math.Sqrt(aa * bb);
    }
}
