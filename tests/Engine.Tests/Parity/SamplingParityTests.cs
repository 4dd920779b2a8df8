using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>What settings make of logits, against transformers' own processors (float32).</summary>
public sealed class SamplingParityTests
{
    // Float32 softmax: a few ulp of a probability.
    private const double Tolerance = 2e-6;

    [Fact]
    public void Probabilities_equal_those_of_transformers()
    {
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllText(Shared.ReferencePath("cases", "sampling.json")));
        int left = 0;
        foreach (JsonElement c in file.RootElement.EnumerateArray())
        {
            double[] expected = Doubles(c, "probabilities");
            float[] logits = [.. Doubles(c, "logits").Select(x => (float)x)];
            double[] got = SampledDistribution.Of(
                Settings(c.GetProperty("settings")), logits, Ints(c, "prompt"), Ints(c, "generated"));
            Assert.Equal(expected.Length, got.Length);
            for (int i = 0; i < got.Length; i++)
            {
                // Float32 underflows where float64 does not.
                Assert.True(expected[i] > 0 ? got[i] > 0 : got[i] < 1e-40);
                Assert.InRange(got[i] - expected[i], -Tolerance, Tolerance);
                left += got[i] > 0 ? 1 : 0;
            }
        }

        Assert.True(left > 500);
    }

    private static SamplingSettings Settings(JsonElement settings)
    {
        double Value(string name, double absent) =>
            settings.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : absent;
        return new SamplingSettings(
            Value("repetition_penalty", 1), Value("presence_penalty", 0), Value("frequency_penalty", 0),
            Value("temperature", 1), (int)Value("top_k", 0), Value("top_p", 1), Value("min_p", 0));
    }

    private static double[] Doubles(JsonElement c, string name) =>
        [.. c.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    private static int[] Ints(JsonElement c, string name) =>
        [.. c.GetProperty(name).EnumerateArray().Select(x => x.GetInt32())];
}
