using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cuda.Head;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>What kernels of the head promise, on the CPU, in the order that their contracts name.</summary>
internal static class HeadEmulation
{
    public const int Threads = 256, LargestTile = HeadSizes.LargestTile;

    /// <summary>What a scalar of one token costs by itself: tokens may lie anywhere in the batch.</summary>
    public const int SectorBytes = 32;

    private const int Lanes = 32;

    /// <summary>e^z / 2^unit; 0 for -infinity.</summary>
    public static float Exp(float z, int unit) =>
        float.IsNegativeInfinity(z) ? 0 : SimdMath.ExpInUnits<ScalarSimd, float>(z, unit);

    /// <summary>
    /// A row's sum as a block takes it: columns 4 t to 4 t + 3 of every 1024 in four sums of thread t, in fp32; then in
    /// float64 over the warps, and over the lanes by a butterfly.
    /// </summary>
    /// <param name="extra">What thread t adds last.</param>
    public static double Sum(ReadOnlySpan<float> row, ReadOnlySpan<float> extra = default)
    {
        var threads = new float[Threads];
        Span<float> parts = stackalloc float[4];
        for (int t = 0; t < Threads; t++)
        {
            parts.Clear();
            for (int start = 4 * t; start < row.Length; start += 4 * Threads)
            {
                for (int c = 0; c < 4 && start + c < row.Length; c++)
                    parts[c] += row[start + c];
            }

            threads[t] = parts[0] + parts[1] + (parts[2] + parts[3]);
            if (t < extra.Length)
                threads[t] += extra[t];
        }

        var lanes = new double[Lanes];
        for (int t = 0; t < Threads; t++)
            lanes[t % Lanes] += threads[t];
        return Butterfly(lanes);
    }

    /// <summary>The sum over a warp.</summary>
    public static double Butterfly(double[] lanes)
    {
        for (int distance = Lanes / 2; distance > 0; distance /= 2)
            lanes = [.. lanes.Select((x, l) => x + lanes[l ^ distance])];
        return lanes[0];
    }

    /// <summary>Rows of logits and room behind each that must not be read.</summary>
    public static float[] Rows(int tokens, int width, int stride, ulong key, float scale)
    {
        float[] values = CheckValues.Uniform(tokens * width, key, scale);
        var rows = new float[tokens * stride];
        Array.Fill(rows, float.NaN);
        for (int i = 0; i < tokens; i++)
            values.AsSpan(i * width, width).CopyTo(rows.AsSpan(i * stride));
        return rows;
    }

    /// <summary>
    /// Tokens and entries of a set for a count, where a warp has a token: the last is measured, and those before it are
    /// few, as the float64 of a token takes the virtual GPU 0.1 ms.
    /// </summary>
    public static IEnumerable<(int Count, int Tokens, int Entries)> TokensOf(KernelTrial trial)
    {
        foreach (int count in trial.Counts.Where(c => c < 5000))
            yield return (count, count, 2);
        int last = trial.Counts[^1];
        yield return (last, last / 64, 64);
    }

    public static int Stride(int width) => (width + 63) / 64 * 64;

    /// <summary>The places in the batch of tokens that predict something: every second, from the last on.</summary>
    public static int[] Places(int tokens) => [.. Enumerable.Range(0, tokens).Select(i => 2 * (tokens - 1 - i))];
}
