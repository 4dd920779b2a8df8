using System.Text.Json;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// The inputs of the wide reference, made again by its own formula: W = 0.8 uniform(v H + h, 1); x0 = spread uniform(n
/// H + h, 2) + peak W[y]; x = x0 + shift uniform(n H + h, 3). Uniform: splitmix64's output number i + (salt &lt;&lt;
/// 40), top 24 bits / 2^24 - 0.5.
/// </summary>
internal static class WideHeadInputs
{
    public static HeadInputs Make(JsonElement wide, JsonElement[] rows, int topN)
    {
        int vocabulary = wide.GetProperty("vocab").GetInt32(), hidden = wide.GetProperty("hidden").GetInt32();
        double spread = wide.GetProperty("spread").GetDouble();
        float[] weight = [.. Enumerable.Range(0, vocabulary * hidden).Select(i => (float)(Uniform(i, 1) * 0.8))];
        var x0 = new float[rows.Length * hidden];
        var x = new float[x0.Length];
        for (int i = 0; i < x.Length; i++)
        {
            JsonElement row = rows[i / hidden];
            float peak = weight[row.GetProperty("y").GetInt32() * hidden + i % hidden];
            x0[i] = (float)(Uniform(i, 2) * spread + row.GetProperty("peak").GetDouble() * peak);
            x[i] = (float)(x0[i] + row.GetProperty("shift").GetDouble() * Uniform(i, 3));
        }

        double[] ce = [.. rows.Select(r => r.GetProperty("ce_weight").GetDouble())];
        return new HeadInputs
        {
            Vocabulary = vocabulary,
            Hidden = hidden,
            TopN = topN,
            Weight = weight,
            X0 = x0,
            X = x,
            RowStarts = [0, rows.Length],
            Targets = [.. rows.Select(r => r.GetProperty("y").GetInt32())],
            CeWeight = [.. ce.Select(a => (float)a)],
            KlWeight = [.. ce.Select(a => (float)(1 - a))],
        };
    }

    public static double[] Numbers(JsonElement row, string name) =>
        [.. row.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    private static double Uniform(long n, int salt)
    {
        ulong z = ((ulong)n + ((ulong)salt << 40)) * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 40) / 16777216.0 - 0.5;
    }
}
