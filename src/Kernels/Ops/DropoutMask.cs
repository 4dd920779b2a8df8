using System.Runtime.CompilerServices;
using MolEngine.Basics.Numerics;

namespace MolEngine.Kernels.Ops;

/// <summary>
/// Which features of a token are dropped: a function of (seed, token key, feature) alone, so forward and backward,
/// every thread and every split into micro-batches see the same mask. Kept features are scaled by 1 / (1 - p).
/// </summary>
/// <remarks>
/// Numbers are those of <see cref="SplitMix64"/>, its state for a token hashed from seed and key: output
/// i decides features 2 i (low half) and 2 i + 1 (high half), each dropped where its 32 bits are below p 2^32.
/// </remarks>
internal readonly unsafe struct DropoutMask(ulong seed, float probability)
{
    /// <summary>What tokens' keys are hashed with.</summary>
    public ulong Seed { get; } = SplitMix64.Mix(seed + SplitMix64.Gamma);

    /// <summary>Numbers of 32 bits below it drop.</summary>
    public uint Threshold { get; } = (uint)(probability * 4294967296.0);

    /// <summary>Factor of what is kept.</summary>
    public float Kept { get; } = (float)(1.0 / (1.0 - probability));

    /// <summary>y = mask * x over the features of the token with this key. y may be x.</summary>
    public void Apply(long tokenKey, float* x, float* y, int features)
    {
        ulong state = SplitMix64.Mix(Seed ^ SplitMix64.Mix((ulong)tokenKey + SplitMix64.Gamma));
        int i = 0;
        for (; i + 2 <= features; i += 2)
        {
            ulong bits = SplitMix64.Mix(state += SplitMix64.Gamma);
            y[i] = Factor((uint)bits) * x[i];
            y[i + 1] = Factor((uint)(bits >> 32)) * x[i + 1];
        }

        if (i < features)
            y[i] = Factor((uint)SplitMix64.Mix(state + SplitMix64.Gamma)) * x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Factor(uint bits) => bits >= Threshold ? Kept : 0;
}
