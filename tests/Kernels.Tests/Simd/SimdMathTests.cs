using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Tests.Simd;

public sealed unsafe class SimdMathTests
{
    private const float Lowest = -86.9f, Highest = 88.7228317f;

    [Fact]
    public void Exp_is_within_an_ulp_over_the_whole_range()
    {
        double worst = 0;
        float at = 0;
        foreach (float sign in (float[])[1, -1])
        {
            // Every 211th float from 1e-9 to the end of the range: some two million, and every binade alike.
            int end = BitConverter.SingleToInt32Bits(sign > 0 ? Highest : -Lowest);
            for (int bits = BitConverter.SingleToInt32Bits(1e-9f); bits <= end; bits += 211)
            {
                float x = sign * BitConverter.Int32BitsToSingle(bits);
                double truth = Math.Exp(x), error = Math.Abs(Scalar(x) / truth - 1);
                if (error > worst)
                    (worst, at) = (error, x);
            }
        }

        Assert.True(worst < 1.2e-7, $"relative error {worst:E3} at {at:R}");
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1e-30f, 1f)]
    [InlineData(-86.90001f, 0f)]
    [InlineData(-104f, 0f)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(88.72284f, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_at_the_extremes(float x, float expected)
    {
        Assert.Equal(expected, Scalar(x));
        Assert.Equal(1f, Scalar(-0f));
    }

    [Fact]
    public void Exp_is_finite_up_to_the_last_and_positive_down_to_the_first()
    {
        Assert.True(float.IsFinite(Scalar(Highest)));
        Assert.Equal(Math.Exp(Highest), Scalar(Highest), Math.Exp(Highest) * 1e-7);
        Assert.Equal(Math.Exp(Lowest), Scalar(Lowest), Math.Exp(Lowest) * 1.2e-7);
    }

    [Fact]
    public void Exp_has_the_same_bits_at_256_bits()
    {
        Assert.SkipUnless(SimdLevels.IsSupported(SimdLevel.Vector256), "this processor has no AVX2");
        SameBits<Vector256Simd, Vector256<float>>();
    }

    [Fact]
    public void Exp_has_the_same_bits_at_512_bits()
    {
        Assert.SkipUnless(SimdLevels.IsSupported(SimdLevel.Vector512), "this processor has no AVX-512");
        SameBits<Vector512Simd, Vector512<float>>();
    }

    private static void SameBits<S, V>()
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var random = new Random(9);
        float* x = stackalloc float[16], y = stackalloc float[16];
        float[] special =
        [
            float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, Lowest, Highest, 88.3f, -87.3f,
            88.5f, 1e-40f,
        ];
        for (int round = 0; round < 50000; round++)
        {
            for (int i = 0; i < S.Count; i++)
            {
                x[i] = round < special.Length ? special[(round + i) % special.Length]
                    : round % 2 == 0 ? (float)(random.NextDouble() * 200 - 100)
                    : BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            }

            S.Store(y, SimdMath.Exp<S, V>(S.Load(x)));
            for (int i = 0; i < S.Count; i++)
            {
                float expected = Scalar(x[i]);
                bool same = float.IsNaN(x[i]) ? float.IsNaN(y[i]) && float.IsNaN(expected)
                    : BitConverter.SingleToInt32Bits(y[i]) == BitConverter.SingleToInt32Bits(expected);
                Assert.True(same, $"exp({x[i]:R}): {expected:R} scalar, {y[i]:R} {typeof(S).Name}");
            }
        }
    }

    private static float Scalar(float x) => SimdMath.Exp<ScalarSimd, float>(x);
}
