using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Tests.Simd;

/// <summary>
/// Every member of a vector width against <see cref="ScalarSimd"/>, element by element and to the bit.
/// </summary>
internal sealed unsafe class SimdMemberChecks<S, V> : ISimdMemberChecks
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private static readonly float[] Special =
    [
        0f, -0f, 1, -1, 0.5f, -0.5f, 1.5f, -1.5f, 2.5f, -2.5f, 3.4999998f, 1e-45f, -1e-45f, 1.1754944e-38f, 8388607.5f,
        -8388609f, 16777217f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        -float.NaN, 1e-20f, 3e20f, 0.1f, -0.7f,
    ];

    private delegate V Binary(V a, V b);

    private delegate float ScalarBinary(float a, float b);

    public void Arithmetic_equals_the_scalar_twin()
    {
        CheckBinary("Add", S.Add, ScalarSimd.Add);
        CheckBinary("Subtract", S.Subtract, ScalarSimd.Subtract);
        CheckBinary("Multiply", S.Multiply, ScalarSimd.Multiply);
        CheckBinary("Divide", S.Divide, ScalarSimd.Divide);
        CheckBinary("SquareRoot", (a, _) => S.SquareRoot(a), (a, _) => ScalarSimd.SquareRoot(a));
        CheckBinary("FusedMultiplyAdd", (a, b) => S.FusedMultiplyAdd(a, b, S.Broadcast(-0.3f)),
            (a, b) => ScalarSimd.FusedMultiplyAdd(a, b, -0.3f));
    }

    public void Fused_multiply_add_rounds_once()
    {
        // x^2 - (1 + 2^-11) is exactly 2^-24, and 0 if the product were rounded first
        float x = 1 + MathF.Pow(2, -12);
        V d = S.FusedMultiplyAdd(S.Broadcast(x), S.Broadcast(x), S.Broadcast(-(1 + MathF.Pow(2, -11))));
        Assert.All(Elements(d), e => Assert.Equal(MathF.Pow(2, -24), e));
    }

    public void Max_and_min_equal_the_scalar_twin_also_for_NaN_and_signed_zero()
    {
        CheckBinary("Max", S.Max, ScalarSimd.Max);
        CheckBinary("Min", S.Min, ScalarSimd.Min);
        Assert.All(Elements(S.Max(S.Broadcast(float.NaN), S.Broadcast(1))), e => Assert.Equal(float.NaN, e));
        Assert.All(Elements(S.Max(S.Broadcast(1), S.Broadcast(float.NaN))), e => Assert.Equal(float.NaN, e));
        Assert.All(Elements(S.Min(S.Broadcast(float.NaN), S.Broadcast(1))), e => Assert.Equal(float.NaN, e));
    }

    public void Round_goes_to_the_nearest_with_ties_to_even()
    {
        CheckBinary("Round", (a, _) => S.Round(a), (a, _) => ScalarSimd.Round(a));
        Assert.All(Elements(S.Round(S.Broadcast(2.5f))), e => Assert.Equal(2f, e));
        Assert.All(Elements(S.Round(S.Broadcast(-1.5f))), e => Assert.Equal(-2f, e));
    }

    public void Powers_of_two_are_exact_over_the_whole_range()
    {
        for (int n = -126; n <= 127; n++)
            Assert.All(Elements(S.PowerOfTwo(S.Broadcast(n))), e => Assert.Equal(Math.Pow(2, n), e));
        Assert.All(Elements(S.PowerOfTwo(S.Broadcast(float.NaN))), e => Assert.True(float.IsFinite(e)));
    }

    public void Comparisons_equal_the_scalar_twin_also_for_NaN()
    {
        CheckBinary(
            "SelectGreater", (a, b) => S.SelectGreater(a, b, S.Broadcast(3), S.Broadcast(-4)),
            (a, b) => ScalarSimd.SelectGreater(a, b, 3, -4));
        foreach (float x in Special)
        {
            for (int at = 0; at < Special.Length; at++)
            {
                float[] a = Window(at);
                uint mask = 0;
                for (int i = 0; i < S.Count; i++)
                    mask |= ScalarSimd.GreaterMask(a[i], x) << i;
                Assert.Equal(mask, S.GreaterMask(From(a), S.Broadcast(x)));
            }
        }
    }

    public void Bf16_is_widened_exactly_and_no_byte_beyond_is_read()
    {
        byte* page = (byte*)NativeMemory.AlignedAlloc(64, 64);
        ushort* p = (ushort*)page + (32 - S.Count);
        foreach (int start in (int[])[0, 0x3f80, 0x7f70, 0x7fc0, 0x8000, 0xbf80, 0xff80, 0xfff0])
        {
            for (int i = 0; i < S.Count; i++)
                p[i] = (ushort)(start + i);
            float[] got = Elements(S.LoadBf16(p));
            for (int i = 0; i < S.Count; i++)
                Assert.Equal((uint)(start + i & 0xffff) << 16,
                    BitConverter.SingleToUInt32Bits(got[i]) & ~QuietBit(got[i], start + i));
        }

        NativeMemory.AlignedFree(page);
    }

    public void Even_and_odd_elements_are_told_apart()
    {
        byte* page = (byte*)NativeMemory.AlignedAlloc(64, 64);
        ushort* p = (ushort*)page + (32 - (2 * S.Count));
        float[] all = [.. Enumerable.Range(0, 2 * S.Count).Select(i => 1f + (i / 128f))];
        for (int i = 0; i < all.Length; i++)
            p[i] = (ushort)(BitConverter.SingleToUInt32Bits(all[i]) >> 16);
        float[] even = [.. all.Where((_, i) => i % 2 == 0)], odd = [.. all.Where((_, i) => i % 2 == 1)];
        Assert.Equal(even, Elements(S.LoadBf16Even(p)));
        Assert.Equal(odd, Elements(S.LoadBf16Odd(p)));
        S.Deinterleave(From(all[..S.Count]), From(all[S.Count..]), out V evens, out V odds);
        Assert.Equal(even, Elements(evens));
        Assert.Equal(odd, Elements(odds));
        NativeMemory.AlignedFree(page);
    }

    public void Four_sums_across_are_those_of_each()
    {
        for (int i = 0; i < S.Count; i++)
        {
            float[] One(float value) => [.. Enumerable.Range(0, S.Count).Select(at => at == i ? value : 0.25f)];
            Vector128<float> sums = S.Sums(From(One(1)), From(One(2)), From(One(3)), From(One(4)));
            float rest = 0.25f * (S.Count - 1);
            Assert.Equal(Vector128.Create(1 + rest, 2 + rest, 3 + rest, 4 + rest), sums);
        }
    }

    public void Sums_and_maxima_across_are_those_of_the_elements()
    {
        var random = new Random(5);
        for (int round = 0; round < 100; round++)
        {
            float[] a = [.. Enumerable.Range(0, S.Count).Select(_ => (float)(random.NextDouble() - 0.5))];
            V v = From(a);
            Assert.Equal(a.Sum(x => (double)x), S.Sum(v), 1e-6);
            Assert.Equal(S.Sum(v), S.Sum(From(a)));
            Assert.Equal(a.Max(), S.MaxAcross(v));
        }

        for (int i = 0; i < S.Count; i++)
        {
            var one = new float[S.Count];
            one[i] = 3;
            Assert.Equal(3, S.Sum(From(one)));
            Assert.Equal(3, S.MaxAcross(From(one)));
            one[i] = float.NaN;
            Assert.True(float.IsNaN(S.Sum(From(one))));
            Assert.True(float.IsNaN(S.MaxAcross(From(one))));
        }
    }

    public void Loads_stores_and_constants_are_plain()
    {
        float[] a = Window(1);
        Assert.Equal(Bits(a), Bits(Elements(From(a))));
        Assert.All(Elements(S.Zero), e => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(e)));
        Assert.Equal(Enumerable.Repeat(0.1f, S.Count), Elements(S.Broadcast(0.1f)));
    }

    private static void CheckBinary(string name, Binary vector, ScalarBinary scalar)
    {
        foreach (float y in Special)
        {
            for (int at = 0; at < Special.Length; at++)
            {
                float[] x = Window(at), got = Elements(vector(From(x), S.Broadcast(y)));
                for (int i = 0; i < S.Count; i++)
                {
                    float expected = scalar(x[i], y);
                    bool same = float.IsNaN(expected) ? float.IsNaN(got[i])
                        : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(got[i]);
                    Assert.True(same, $"{name}({x[i]:R}, {y:R}): {expected:R} scalar, {got[i]:R} {typeof(S).Name}");
                }
            }
        }
    }

    /// <summary>A signalling NaN may become quiet on its way through a register.</summary>
    private static uint QuietBit(float value, int bf16) => float.IsNaN(value) && (bf16 & 0x40) == 0 ? 0x400000u : 0;

    private static float[] Window(int at) =>
        [.. Enumerable.Range(at, S.Count).Select(i => Special[i % Special.Length])];

    private static V From(float[] a)
    {
        fixed (float* p = a)
            return S.Load(p);
    }

    private static float[] Elements(V v)
    {
        var a = new float[S.Count];
        fixed (float* p = a)
            S.Store(p, v);
        return a;
    }

    private static uint[] Bits(float[] a) => Array.ConvertAll(a, BitConverter.SingleToUInt32Bits);
}
