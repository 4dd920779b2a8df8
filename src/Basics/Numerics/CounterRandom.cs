using System.Text;

namespace MolEngine.Basics.Numerics;

/// <summary>
/// Random numbers as a pure function of a key and a counter (see <see cref="SplitMix64"/>): nothing depends on order or
/// threads, and any part of a stream is had without what comes before it.
/// </summary>
public readonly struct CounterRandom
{
    private readonly ulong _key;

    /// <summary>The stream of some numbers, in their order.</summary>
    public CounterRandom(params ReadOnlySpan<ulong> key) => _key = SplitMix64.Hash(key);

    private CounterRandom(ulong seed, string name)
    {
        // FNV-1a, then mixed with the mixed seed: names that differ in a letter have unrelated keys.
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001B3;
        _key = SplitMix64.Mix(SplitMix64.Mix(seed + SplitMix64.Gamma) ^ hash);
    }

    /// <summary>The stream of a name.</summary>
    public static CounterRandom For(ulong seed, string name) => new(seed, name);

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong index) => SplitMix64.At(_key, index);

    /// <summary>Uniform in (0, 1), 52 bits and never an end.</summary>
    public double Uniform(ulong index) => ((Bits(index) >> 12) + 0.5) * (1.0 / (1UL << 52));

    /// <summary>
    /// From 0 to below <paramref name="bound"/>, by the high half of a product (its bias is below bound / 2^64).
    /// </summary>
    public int Below(ulong index, int bound) => (int)Math.BigMul(Bits(index), (ulong)bound, out _);

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

    /// <summary>A permutation of 0 .. n - 1 (Fisher and Yates, from the top).</summary>
    public int[] Permutation(int n)
    {
        var order = new int[n];
        for (int i = 0; i < n; i++)
            order[i] = i;
        Shuffle(order);
        return order;
    }

    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below((ulong)i, i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
