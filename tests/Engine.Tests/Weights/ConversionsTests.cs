using MolEngine.Basics.Numerics;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Weights;

public sealed class ConversionsTests
{
    [Theory]
    [InlineData(1.0f, 0x3F80)]
    [InlineData(-1.0f, 0xBF80)]
    [InlineData(1.00390625f, 0x3F80)] // 1 + 2^-8: a tie, to even, down
    [InlineData(1.01171875f, 0x3F82)] // 1 + 3 2^-8: a tie, to even, up
    [InlineData(1.00390637f, 0x3F81)] // just above the tie
    [InlineData(-1.01171875f, 0xBF82)]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(float.MaxValue, 0x7F80)] // rounds to infinity, as everywhere
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.Epsilon, 0x0000)]
    [InlineData(9.18355e-41f, 0x0001)] // the least bfloat16
    public void BFloat16_rounds_to_nearest_even(float value, int bits) =>
        Assert.Equal((ushort)bits, Bf16.Round(value));

    [Fact]
    public void NaN_stays_NaN()
    {
        // A NaN whose payload lies in the lower half alone must not become infinite.
        float payload = BitConverter.UInt32BitsToSingle(0x7F800001);
        Assert.True(float.IsNaN(Bf16.Widen(Bf16.Round(payload))));
        Assert.True(float.IsNaN(Bf16.Widen(Bf16.Round(float.NaN))));
        Assert.True(float.IsNaN(Bf16.Widen(Bf16.Round(double.NaN))));
    }

    [Theory]
    [InlineData(1 + (1 / 256.0) + 1e-12, 0x3F81)] // fp32 would see the tie 1 + 2^-8 and round down
    [InlineData(1 + (3 / 256.0) - 1e-12, 0x3F81)] // fp32 would see the tie 1 + 3 2^-8 and round up
    [InlineData(-1 - (1 / 256.0) - 1e-12, 0xBF81)]
    [InlineData(1 + (1 / 256.0), 0x3F80)]
    [InlineData(1e300, 0x7F80)]
    [InlineData(-1e300, 0xFF80)]
    [InlineData(1e-60, 0x0000)]
    public void Float64_rounds_once(double value, int bits) =>
        Assert.Equal((ushort)bits, Bf16.Round(value));

    [Property(MaxTest = 500)]
    public void BFloat16_of_any_number_is_a_nearest_one(float value)
    {
        if (!float.IsFinite(value) || Math.Abs(value) > 3e38)
            return;
        ushort bits = Bf16.Round(value);
        double error = Math.Abs(Bf16.Widen(bits) - (double)value);
        Assert.True(error <= Math.Abs(Bf16.Widen((ushort)(bits + 1)) - (double)value));
        if ((bits & 0x7FFF) != 0)
            Assert.True(error <= Math.Abs(Bf16.Widen((ushort)(bits - 1)) - (double)value));
        Assert.Equal(bits, Bf16.Round((double)value));
    }

    [Fact]
    public void Every_bfloat16_and_float16_survives_fp32()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float wide = Bf16.Widen((ushort)bits);
            if (!float.IsNaN(wide))
                Assert.Equal((ushort)bits, Bf16.Round(wide));
        }
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    [InlineData(DType.F64)]
    public void Tensors_of_many_blocks_convert_in_order(DType type)
    {
        double[] values = [.. Enumerable.Range(0, 40_001).Select(i => (i % 200) - 99.5)];
        Tensor source = Hosts.Tensor("s", DType.F32, [values.Length], values);
        Tensor target = Hosts.Tensor("t", type, [values.Length]);
        Conversions.Convert(source, target);
        Assert.Equal(values, Hosts.Values(target));
        Assert.Null(Conversions.FirstDifference(source, target));
        Conversions.Narrow([7], type, Conversions.Bytes(target, 30_000, 1));
        Assert.Equal(30_000, Conversions.FirstDifference(source, target));
        using var stream = new MemoryStream();
        Conversions.Write(source, type, stream, "a");
        Assert.Equal(values.Length * type.Size(), stream.Length);
    }
}
