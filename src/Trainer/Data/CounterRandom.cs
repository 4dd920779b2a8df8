using MolEngine.Kernels.Numerics;

namespace MolEngine.Trainer.Data;

/// <summary>
/// Random numbers as a pure function of a key and a counter (the output function of SplitMix64, Steele et al. 2014), so
/// that any epoch's order is had without those before it.
/// </summary>
internal readonly struct CounterRandom
{
    private readonly ulong _key;

    public CounterRandom(params ReadOnlySpan<ulong> key) => _key = SplitMix64.Hash(key);

    public ulong At(ulong counter) => SplitMix64.At(_key, counter);

    /// <summary>
    /// From 0 to below <paramref name="bound"/>, by the high half of a product (its bias is below bound / 2^64).
    /// </summary>
    public int Below(ulong counter, int bound) => (int)Math.BigMul(At(counter), (ulong)bound, out _);

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
