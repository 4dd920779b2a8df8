using System.Runtime.CompilerServices;

namespace MolEngine.Basics.Numerics;

/// <summary>
/// The output function of SplitMix64 (Steele, Lea and Flood 2014): the one source of every seeded choice. A
/// counter-based stream is Mix(key + (i + 1) Gamma): number i needs none before it, so results depend neither on order
/// nor on threads.
/// </summary>
public static class SplitMix64
{
    /// <summary>The odd integer nearest to 2^64 / golden ratio.</summary>
    public const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>A bijection of 64 bits, every output bit of which depends on every input bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Number <paramref name="index"/> of the stream of a key.</summary>
    public static ulong At(ulong key, ulong index) => Mix(key + (Gamma * (index + 1)));

    /// <summary>A key from any numbers, in their order.</summary>
    public static ulong Hash(params ReadOnlySpan<ulong> parts)
    {
        ulong mixed = 0;
        foreach (ulong part in parts)
            mixed = Mix(mixed + Gamma + Mix(part + Gamma));
        return mixed;
    }
}
