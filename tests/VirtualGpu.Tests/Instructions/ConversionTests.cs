using System.Numerics;
using static MolEngine.VirtualGpu.Tests.Instructions.Edge;

namespace MolEngine.VirtualGpu.Tests.Instructions;

public sealed class ConversionTests
{
    private static readonly (string Type, int Bits, bool IsSigned)[] Integers =
        [("u8", 8, false), ("s8", 8, true), ("u16", 16, false), ("s16", 16, true), ("u32", 32, false),
            ("s32", 32, true),
            ("u64", 64, false), ("s64", 64, true)];

    [Fact]
    public void Integers_wrap_or_saturate()
    {
        foreach ((string from, int fromBits, bool fromSigned) in Integers)
        {
            foreach ((string to, int toBits, bool toSigned) in Integers)
            {
                string source = Register(fromBits), target = Register(toBits);
                ulong[] values = fromBits switch { 64 => Longs, 32 => Words, _ => Shorts };
                BigInteger least = toSigned ? -(BigInteger.One << (toBits - 1)) : 0;
                BigInteger most = (BigInteger.One << (toSigned ? toBits - 1 : toBits)) - 1;
                BigInteger Read(ulong v) => Number(v & Mask(fromBits), fromBits, fromSigned);
                ulong Write(BigInteger v)
                {
                    // The result is extended to the register.
                    BigInteger value = Number((ulong)(v & Mask(toBits)), toBits, toSigned);
                    return (ulong)(value & Mask(int.Parse(target[1..])));
                }

                Instruction.Check($"cvt.{to}.{from} %d, %a0;", target, v => Write(Read(v[0])), (source, values));
                Instruction.Check(
                    $"cvt.sat.{to}.{from} %d, %a0;", target, v =>
                        Write(BigInteger.Max(least, BigInteger.Min(most, Read(v[0])))),
                    (source, values));
            }
        }
    }

    /// <summary>.sat to a floating-point number is [0, 1], whatever it comes from.</summary>
    [Fact]
    public void Integers_saturate_to_floats_from_0_to_1()
    {
        Instruction.Check(
            "cvt.rn.sat.f32.s32 %d, %a0;", "b32", v => Result(Math.Clamp((int)v[0], 0, 1)), ("b32", Words));
        Instruction.Check(
            "cvt.rn.sat.f64.s64 %d, %a0;", "b64",
            v => BitConverter.DoubleToUInt64Bits(Math.Clamp((long)v[0], 0, 1)), ("b64", Longs));
    }

    [Theory]
    [InlineData("rni")]
    [InlineData("rzi")]
    [InlineData("rmi")]
    [InlineData("rpi")]
    public void Floats_become_integers_that_clamp_and_NaN_becomes_zero(string mode)
    {
        ulong[] halves = [.. new[] { 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 127.5f, 255.5f, -128.5f, 65535.5f, 8388607.5f }
            .Select(Bits)];
        foreach ((string to, int bits, bool isSigned) in Integers)
        {
            double least = isSigned ? -Math.ScaleB(1, bits - 1) : 0;
            BigInteger most = (BigInteger.One << (isSigned ? bits - 1 : bits)) - 1;
            ulong Convert(double x)
            {
                if (double.IsNaN(x))
                    return 0;
                double whole = Whole(x, mode);
                BigInteger value = whole <= least ? new BigInteger(least) : whole >= (double)most ? most
                    : new BigInteger(whole);
                return (ulong)(value & Mask(int.Parse(Register(bits)[1..])));
            }

            Instruction.Check(
                $"cvt.{mode}.{to}.f32 %d, %a0;", Register(bits), v =>
                    Convert(Float(v[0])), ("b32", [.. FloatsWithNaNs, .. halves]));
            Instruction.Check($"cvt.{mode}.{to}.f64 %d, %a0;", Register(bits), v =>
                Convert(Double(v[0])), ("b64", Doubles));
        }

        Instruction.Check(
            $"cvt.{mode}.f32.f32 %d, %a0;", "b32", v =>
                Result((float)Math.CopySign(Whole(Float(v[0]), mode), Float(v[0]))),
            ("b32", [.. Floats, .. halves]));
    }

    [Fact]
    public void Integers_become_the_nearest_floats()
    {
        ulong[] ties = [16777217, 16777219, 33554434, 33554438, 0x1000001, 0x7FFFFFBF, 0x7FFFFFC0, 0xFFFFFF7F,
            0xFFFFFF80];
        ulong[] longs = [.. Longs, 0x8000008000000000, 0x8000008000000001, 0x4000004000000001, 0x7FFFFFFFFFFFFDFF,
            0x7FFFFFFFFFFFFE01];
        foreach (string mode in (string[])["rn", "rz", "rm", "rp"])
        {
            foreach ((string from, int bits, bool isSigned) in Integers.Where(i => i.Bits >= 32))
            {
                (string, ulong[]) operand = ($"b{bits}", bits == 64 ? longs : [.. Words, .. ties]);
                Instruction.Check(
                    $"cvt.{mode}.f32.{from} %d, %a0;", "b32",
                    v => Bits((float)OfInteger(Number(v[0], bits, isSigned), 24, mode)), operand);
                Instruction.Check(
                    $"cvt.{mode}.f64.{from} %d, %a0;", "b64",
                    v => BitConverter.DoubleToUInt64Bits(OfInteger(Number(v[0], bits, isSigned), 53, mode)), operand);
            }
        }
    }

    [Fact]
    public void Between_fp32_and_fp64()
    {
        Instruction.Check(
            "cvt.f64.f32 %d, %a0;", "b64",
            v => float.IsNaN(Float(v[0])) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(Float(v[0])),
                ("b32", Floats));
        Instruction.Check("cvt.rn.f32.f64 %d, %a0;", "b32", v => Result((float)Double(v[0])), ("b64", Doubles));
        Instruction.Check(
            "cvt.rz.f32.f64 %d, %a0;", "b32",
            v => Result(TowardZero(Double(v[0]))), ("b64", Doubles));
        Instruction.Check(
            "cvt.sat.f32.f32 %d, %a0;", "b32",
            v => float.IsNaN(Float(v[0])) || Float(v[0]) <= 0 ? 0 : Bits(MathF.Min(Float(v[0]), 1)), ("b32", Floats));
        Instruction.Check(
            "cvt.ftz.f32.f32 %d, %a0;", "b32",
            v => Result(float.IsSubnormal(Float(v[0])) ? MathF.CopySign(0, Float(v[0])) : Float(v[0])),
                ("b32", Floats));
    }

    [Fact]
    public void To_and_from_bf16()
    {
        ulong[] ties = [0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x7F7FFFFF, 0x7F7F8000, 0x7F7F7FFF, 0x00008000,
            0x00018000, 0x80008001];
        ulong[] values = [.. FloatsWithNaNs, .. ties];
        Instruction.Check("cvt.rn.bf16.f32 %d, %a0;", "b16", v => BFloat16(v[0]), ("b32", values));
        Instruction.Check("cvt.f32.bf16 %d, %a0;", "b32", v => Result(Float(v[0] << 16)), ("b16", Halves));
        ulong[] reversed = [.. values.Reverse()];
        Instruction.Check(
            "cvt.rn.bf16x2.f32 %d, %a0, %a1;", "b32", v =>
                (BFloat16(v[0]) << 16) | BFloat16(v[1]), ("b32", values), ("b32", reversed));
        Instruction.Check(
            "cvt.rz.bf16x2.f32 %d, %a0, %a1;", "b32",
            v => ((float.IsNaN(Float(v[0])) ? 0x7FFF : v[0] >> 16) << 16) | (float.IsNaN(Float(v[1])) ? 0x7FFF
                : v[1] >> 16),
            ("b32", values), ("b32", reversed));
        Instruction.Check(
            "cvt.rna.tf32.f32 %d, %a0;", "b32",
            v => float.IsNaN(Float(v[0])) ? 0x7FFFFFFF : float.IsInfinity(Float(v[0])) ? v[0]
                : (v[0] + 0x1000) & 0xFFFFE000,
            ("b32", [.. values, 0x3F801000, 0x3F800FFF, 0x3F803000]));
    }

    [Fact]
    public void To_and_from_fp16()
    {
        float[] more = [65504f, 65519f, 65520f, 6.1e-5f, 5.96e-8f, 2.98e-8f, 2.981e-8f, 1.0004883f, 1.0014648f,
            -2.98e-8f];
        ulong[] values = [.. Floats, .. more.Select(Bits)];
        ulong Half16(ulong v) => float.IsNaN(Float(v)) ? 0x7FFFUL : BitConverter.HalfToUInt16Bits((Half)Float(v));
        Instruction.Check("cvt.rn.f16.f32 %d, %a0;", "b16", v => Half16(v[0]), ("b32", values));
        Instruction.Check(
            "cvt.rn.f16x2.f32 %d, %a0, %a0;", "b32", v => (Half16(v[0]) << 16) | Half16(v[0]), ("b32", values));
        Instruction.Check(
            "cvt.f32.f16 %d, %a0;", "b32", v =>
                Result((float)BitConverter.UInt16BitsToHalf((ushort)v[0])), ("b16", Halves));
    }

    [Theory]
    [InlineData("bf16")]
    [InlineData("f16")]
    public void Arithmetic_of_halves_rounds_once(string type)
    {
        bool isBFloat16 = type == "bf16";
        double Decode(ulong v) => isBFloat16 ? Float(v << 16) : (double)BitConverter.UInt16BitsToHalf((ushort)v);
        ulong Encode(double exact)
        {
            if (double.IsNaN(exact))
                return 0x7FFF;
            return isBFloat16 ? Nearest(exact) : BitConverter.HalfToUInt16Bits((Half)exact);
        }

        (ulong[] a, ulong[] b) = Instruction.Pairs(Halves);
        void Check(string opcode, Func<double, double, double> definition)
        {
            Instruction.Check(
                $"{opcode}.{type} %d, %a0, %a1;", "b16", v =>
                    Encode(definition(Decode(v[0]), Decode(v[1]))), ("b16", a), ("b16", b));
            Instruction.Check(
                $"{opcode}.{type}x2 %d, %a0, %a1;", "b32",
                v => Encode(definition(Decode(v[0] & 0xFFFF), Decode(v[1] & 0xFFFF)))
                    | (Encode(definition(Decode(v[0] >> 16), Decode(v[1] >> 16))) << 16),
                ("b32", [.. a.Zip(b, (x, y) => x | (y << 16))]), ("b32", [.. a.Zip(b, (x, y) => y | (x << 16))]));
        }

        // Of two 11-bit numbers every product is exact in fp64, and every sum whose rounding can depend on it.
        Check("add.rn", (x, y) => x + y);
        Check("mul.rn", (x, y) => x * y);
        Check("min", (x, y) => double.IsNaN(x) ? y : double.IsNaN(y) ? x : Math.Min(x, y));
        Check("max.NaN", Math.Max);
        Instruction.Check(
            $"fma.rn.{type} %d, %a0, %a1, %a0;", "b16",
            v => Encode((Decode(v[0]) * Decode(v[1])) + Decode(v[0])), ("b16", a), ("b16", b));
        Instruction.Check($"neg.{type} %d, %a0;", "b16", v => v[0] ^ 0x8000, ("b16", Halves));
        Instruction.Check($"abs.{type}x2 %d, %a0;", "b32", v => v[0] & 0x7FFF7FFF, ("b32", Words));
    }

    [Fact]
    public void Moves_pack_and_unpack()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Words);
        Instruction.Check("mov.b64 %d, {%a0, %a1};", "b64", v => v[0] | (v[1] << 32), ("b32", a), ("b32", b));
        Instruction.Check("mov.b64 {%r50, %d}, %a0;", "b32", v => v[0] >> 32, ("b64", Longs));
        Instruction.Check("mov.b32 {%d, _}, %a0;", "b16", v => v[0] & 0xFFFF, ("b32", Words));
        Instruction.Check(
            "mov.b64 %d, {%a0, %a1, %a0, %a1};", "b64", v => v[0] | (v[1] << 16) | (v[0] << 32) | (v[1] << 48),
            ("b16", Shorts), ("b16", [.. Shorts.Reverse()]));
        Instruction.Check(
            "{ .reg .pred q; setp.lt.u32 q, %a0, %a1; selp.b32 %d, %a0, 5, !q; }", "b32", v => v[0] < v[1] ? 5 : v[0],
            ("b32", a), ("b32", b));
        Instruction.Check(
            "slct.b32.s32 %d, %a0, 5, %a1;", "b32", v => (int)v[1] >= 0 ? v[0] : 5, ("b32", a), ("b32", b));
    }

    private static string Register(int bits) => bits <= 16 ? "b16" : $"b{bits}";

    private static ulong Mask(int bits) => bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;

    private static BigInteger Number(ulong bits, int width, bool isSigned)
    {
        BigInteger value = bits;
        return isSigned && (bits >> (width - 1) & 1) != 0 ? value - (BigInteger.One << width) : value;
    }

    private static double Whole(double x, string mode) => mode[1] switch
    {
        'n' => Math.Round(x, MidpointRounding.ToEven),
        'z' => Math.Truncate(x),
        'm' => Math.Floor(x),
        _ => Math.Ceiling(x),
    };

    private static double OfInteger(BigInteger value, int precision, string mode)
    {
        BigInteger size = BigInteger.Abs(value);
        int drop = (int)Math.Max(0, (long)size.GetBitLength() - precision);
        BigInteger below = size >> drop, rest = size - (below << drop), half = drop == 0 ? 0
            : BigInteger.One << (drop - 1);
        bool up = mode switch
        {
            "rn" => rest > half || (rest == half && drop > 0 && !below.IsEven),
            "rm" => value.Sign < 0 && !rest.IsZero,
            "rp" => value.Sign > 0 && !rest.IsZero,
            _ => false,
        };
        double result = Math.ScaleB((double)(up ? below + 1 : below), drop);
        return value.Sign < 0 ? -result : result;
    }

    private static float TowardZero(double x)
    {
        float nearest = (float)x;
        if (double.IsFinite(x) && Math.Abs((double)nearest) > Math.Abs(x))
            return x > 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest);
        return nearest;
    }

    private static ulong BFloat16(ulong bits) => float.IsNaN(Float(bits)) ? 0x7FFF : Nearest(Float(bits));

    /// <summary>The bf16 nearest to a number; of two the even one; beyond the largest, infinity.</summary>
    private static ulong Nearest(double x)
    {
        ulong sign = double.IsNegative(x) ? 0x8000UL : 0;
        double size = Math.Abs(x);
        ulong low = 0, high = 0x7F80;
        while (high - low > 1)
        {
            ulong middle = (low + high) / 2;
            if (Float(middle << 16) <= size)
                low = middle;
            else
                high = middle;
        }

        double below = Float(low << 16);
        double above = high == 0x7F80 ? Math.ScaleB(1, 128) : Float(high << 16);
        if (double.IsInfinity(size))
            return sign | 0x7F80;
        double toBelow = size - below, toAbove = above - size;
        bool up = toAbove < toBelow || (toAbove == toBelow && (low & 1) != 0);
        return sign | (up ? high : low);
    }
}
