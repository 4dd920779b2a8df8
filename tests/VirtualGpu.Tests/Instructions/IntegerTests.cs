using System.Numerics;

namespace MolEngine.VirtualGpu.Tests.Instructions;

public sealed class IntegerTests
{
    /// <summary>Instruction, width in bits, signed, and its definition on integers that cannot overflow.</summary>
    public static TheoryData<string, int, bool> Types => new()
    {
        { "u16", 16, false }, { "s16", 16, true }, { "u32", 32, false }, { "s32", 32, true }, { "u64", 64, false },
        { "s64", 64, true },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Two_operands(string type, int bits, bool isSigned)
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Values(bits));
        void Check(string opcode, Func<BigInteger, BigInteger, BigInteger> definition) => Instruction.Check(
            $"{opcode}.{type} %d, %a0, %a1;", $"b{bits}",
            v => Wrap(definition(Number(v[0], bits, isSigned), Number(v[1], bits, isSigned)), bits),
            ($"b{bits}", a), ($"b{bits}", b));

        Check("add", (x, y) => x + y);
        Check("sub", (x, y) => x - y);
        Check("mul.lo", (x, y) => x * y);
        Check("mul.hi", (x, y) => (x * y) >> bits);
        Check("min", BigInteger.Min);
        Check("max", BigInteger.Max);
        Check("div", (x, y) => y.IsZero ? -1 : BigInteger.Divide(x, y));
        Check("rem", (x, y) => y.IsZero ? x : BigInteger.Remainder(x, y));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Three_operands(string type, int bits, bool isSigned)
    {
        (ulong[] a, ulong[] b, ulong[] c) = Instruction.Triples([.. Values(bits).Where((_, i) => i % 2 == 0)]);
        void Check(string opcode, Func<BigInteger, BigInteger, BigInteger, BigInteger> definition) => Instruction.Check(
            $"{opcode}.{type} %d, %a0, %a1, %a2;", $"b{bits}",
            v => Wrap(
                definition(Number(v[0], bits, isSigned), Number(v[1], bits, isSigned), Number(v[2], bits, isSigned)),
                    bits),
            ($"b{bits}", a), ($"b{bits}", b), ($"b{bits}", c));

        Check("mad.lo", (x, y, z) => (x * y) + z);
        Check("mad.hi", (x, y, z) => ((x * y) >> bits) + z);
        Check("sad", (x, y, z) => z + BigInteger.Abs(x - y));
    }

    [Theory]
    [InlineData("u16", 16, false)]
    [InlineData("s16", 16, true)]
    [InlineData("u32", 32, false)]
    [InlineData("s32", 32, true)]
    public void Wide_products(string type, int bits, bool isSigned)
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Values(bits));
        ulong[] c = [.. a.Select((_, i) =>
            bits == 32 ? Edge.Longs[i % Edge.Longs.Length] : Edge.Words[i % Edge.Words.Length])];
        Instruction.Check(
            $"mul.wide.{type} %d, %a0, %a1;", $"b{2 * bits}",
            v => Wrap(Number(v[0], bits, isSigned) * Number(v[1], bits, isSigned), 2 * bits), ($"b{bits}", a),
                ($"b{bits}", b));
        Instruction.Check(
            $"mad.wide.{type} %d, %a0, %a1, %a2;", $"b{2 * bits}",
            v => Wrap((Number(v[0], bits, isSigned) * Number(v[1], bits, isSigned)) + Number(v[2], 2 * bits, isSigned),
                2 * bits),
            ($"b{bits}", a), ($"b{bits}", b), ($"b{2 * bits}", c));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void One_operand(int bits)
    {
        ulong[] a = Values(bits);
        ulong all = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        Instruction.Check($"neg.s{bits} %d, %a0;", $"b{bits}", v => (0 - v[0]) & all, ($"b{bits}", a));
        Instruction.Check(
            $"abs.s{bits} %d, %a0;", $"b{bits}", v =>
                Wrap(BigInteger.Abs(Number(v[0], bits, true)), bits), ($"b{bits}", a));
        Instruction.Check($"not.b{bits} %d, %a0;", $"b{bits}", v => ~v[0] & all, ($"b{bits}", a));
        Instruction.Check($"cnot.b{bits} %d, %a0;", $"b{bits}", v => v[0] == 0 ? 1UL : 0, ($"b{bits}", a));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Logic(int bits)
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Values(bits));
        Instruction.Check($"and.b{bits} %d, %a0, %a1;", $"b{bits}", v => v[0] & v[1], ($"b{bits}", a), ($"b{bits}", b));
        Instruction.Check($"or.b{bits} %d, %a0, %a1;", $"b{bits}", v => v[0] | v[1], ($"b{bits}", a), ($"b{bits}", b));
        Instruction.Check($"xor.b{bits} %d, %a0, %a1;", $"b{bits}", v => v[0] ^ v[1], ($"b{bits}", a), ($"b{bits}", b));
    }

    [Fact]
    public void Saturated_sums()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Edge.Words);
        Instruction.Check(
            "add.sat.s32 %d, %a0, %a1;", "b32", v =>
                (uint)Math.Clamp((long)(int)v[0] + (int)v[1], int.MinValue, int.MaxValue),
            ("b32", a), ("b32", b));
        Instruction.Check(
            "sub.sat.s32 %d, %a0, %a1;", "b32", v =>
                (uint)Math.Clamp((long)(int)v[0] - (int)v[1], int.MinValue, int.MaxValue),
            ("b32", a), ("b32", b));
    }

    [Fact]
    public void Dot_products_of_bytes()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Edge.Words);
        Instruction.Check(
            "dp4a.u32.u32 %d, %a0, %a1, %a1;", "b32",
            v => (uint)(v[1] + (ulong)Enumerable.Range(0, 4).Sum(i =>
                (long)(v[0] >> (8 * i) & 255) * (long)(v[1] >> (8 * i) & 255))),
            ("b32", a), ("b32", b));
        Instruction.Check(
            "dp4a.s32.s32 %d, %a0, %a1, %a1;", "b32",
            v => (uint)((long)v[1]
                + Enumerable.Range(0, 4).Sum(i => (sbyte)(v[0] >> (8 * i)) * (long)(sbyte)(v[1] >> (8 * i)))),
            ("b32", a), ("b32", b));
    }

    private static ulong[] Values(int bits) => bits switch
    {
        16 => Edge.Shorts,
        32 => Edge.Words,
        _ => Edge.Longs,
    };

    private static BigInteger Number(ulong bits, int width, bool isSigned)
    {
        BigInteger value = bits;
        return isSigned && (bits >> (width - 1) & 1) != 0 ? value - (BigInteger.One << width) : value;
    }

    private static ulong Wrap(BigInteger value, int bits) => (ulong)(value & ((BigInteger.One << bits) - 1));
}
