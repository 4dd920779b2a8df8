using System.Text;
using MolEngine.Kernels.Numerics;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// A counter-based generator: number i of a stream is a function of the stream's key and i (SplitMix64's output
/// function, Steele et al. 2014), so that nothing depends on order or threads. One stream for each name.
/// </summary>
public readonly struct CounterRandom
{
    private readonly ulong _key;

    private CounterRandom(ulong key) => _key = key;

    /// <summary>The stream of a name.</summary>
    public static CounterRandom For(ulong seed, string name)
    {
        // FNV-1a, then mixed with the mixed seed: names that differ in a letter have unrelated keys.
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001B3;
        return new CounterRandom(SplitMix64.Mix(SplitMix64.Mix(seed + SplitMix64.Gamma) ^ hash));
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong index) => SplitMix64.At(_key, index);

    /// <summary>Uniform in (0, 1), 52 bits and never an end.</summary>
    public double Uniform(ulong index) => ((Bits(index) >> 12) + 0.5) * (1.0 / (1UL << 52));

    /// <summary>Fills with normal(0, deviation): Box-Muller over pairs in float64.</summary>
    public void Normal(Span<float> values, double deviation)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(Uniform((ulong)i)));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * Uniform((ulong)i + 1));
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * sin);
        }
    }

    /// <summary>Fills with uniform(-bound, bound).</summary>
    public void Uniform(Span<float> values, double bound)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(bound * ((2 * Uniform((ulong)i)) - 1));
    }
}
