using System.Numerics;

namespace MolEngine.VirtualGpu.Tests.Instructions;

public sealed class BitTests
{
    private static readonly ulong[] Amounts = [0, 1, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 0xFFFFFFFF];

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Shifts_clamp_at_the_width(int bits)
    {
        ulong[] values = bits == 16 ? Edge.Shorts : bits == 32 ? Edge.Words : Edge.Longs;
        ulong[] a = [.. values.SelectMany(v => Amounts.Select(_ => v))];
        ulong[] b = [.. values.SelectMany(_ => Amounts)];
        ulong all = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        Instruction.Check(
            $"shl.b{bits} %d, %a0, %a1;", $"b{bits}", v => v[1] >= (ulong)bits ? 0 : v[0] << (int)v[1] & all,
            ($"b{bits}", a), ("b32", b));
        Instruction.Check(
            $"shr.u{bits} %d, %a0, %a1;", $"b{bits}", v => v[1] >= (ulong)bits ? 0 : v[0] >> (int)v[1],
            ($"b{bits}", a), ("b32", b));
        Instruction.Check(
            $"shr.s{bits} %d, %a0, %a1;", $"b{bits}",
            v => (ulong)((long)(v[0] << (64 - bits)) >> (64 - bits) >> (int)Math.Min(v[1], 63)) & all,
            ($"b{bits}", a), ("b32", b));
    }

    [Fact]
    public void Funnel_shifts()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Edge.Words);
        ulong[] c = [.. a.Select((_, i) => Amounts[i % Amounts.Length])];
        (string, ulong[])[] operands = [("b32", a), ("b32", b), ("b32", c)];
        ulong Left(ulong[] v, int shift) => (uint)((((BigInteger)v[1] << 32) + v[0]) << shift >> 32 & uint.MaxValue);
        ulong Right(ulong[] v, int shift) => (uint)((((BigInteger)v[1] << 32) + v[0]) >> shift & uint.MaxValue);
        Instruction.Check("shf.l.wrap.b32 %d, %a0, %a1, %a2;", "b32", v => Left(v, (int)(v[2] & 31)), operands);
        Instruction.Check("shf.l.clamp.b32 %d, %a0, %a1, %a2;", "b32", v => Left(v, (int)Math.Min(v[2], 32)), operands);
        Instruction.Check("shf.r.wrap.b32 %d, %a0, %a1, %a2;", "b32", v => Right(v, (int)(v[2] & 31)), operands);
        Instruction.Check("shf.r.clamp.b32 %d, %a0, %a1, %a2;", "b32", v =>
            Right(v, (int)Math.Min(v[2], 32)), operands);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Counts_and_searches(int bits)
    {
        ulong[] a = bits == 32 ? Edge.Words : Edge.Longs;
        string type = $"b{bits}";
        bool[] Digits(ulong v) => [.. Enumerable.Range(0, bits).Select(i => (v >> i & 1) != 0)];
        int Highest(bool[] digits, bool bit) => Array.LastIndexOf(digits, bit);
        Instruction.Check($"popc.{type} %d, %a0;", "b32", v => (ulong)Digits(v[0]).Count(d => d), (type, a));
        Instruction.Check($"clz.{type} %d, %a0;", "b32", v =>
            (ulong)(bits - 1 - Highest(Digits(v[0]), true)), (type, a));
        Instruction.Check(
            $"brev.{type} %d, %a0;", type,
            v => Digits(v[0]).Select((d, i) => d ? 1UL << (bits - 1 - i) : 0).Aggregate(0UL, (x, y) => x | y),
                (type, a));
        Instruction.Check($"bfind.u{bits} %d, %a0;", "b32", v => (uint)Highest(Digits(v[0]), true), (type, a));
        Instruction.Check(
            $"bfind.s{bits} %d, %a0;", "b32", v => (uint)Highest(Digits(v[0]), !Digits(v[0])[bits - 1]), (type, a));
        Instruction.Check(
            $"bfind.shiftamt.u{bits} %d, %a0;", "b32",
            v => v[0] == 0 ? uint.MaxValue : (uint)(bits - 1 - Highest(Digits(v[0]), true)), (type, a));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Fields(int bits)
    {
        ulong[] values = bits == 32 ? Edge.Words : Edge.Longs;
        ulong[] places = [0, 1, 8, 31, 32, 40, 63, 64, 255, 256 + 3];
        (ulong A, ulong B, ulong C)[] rows =
            [.. values.SelectMany(v => places.SelectMany(p => places.Select(l => (v, p, l))))];
        string type = $"b{bits}";
        (string, ulong[])[] operands =
            [(type, [.. rows.Select(r => r.A)]), ("b32", [.. rows.Select(r => r.B)]),
                ("b32", [.. rows.Select(r => r.C)])];
        Instruction.Check($"bfe.u{bits} %d, %a0, %a1, %a2;", type, v => Field(v, bits, false), operands);
        Instruction.Check($"bfe.s{bits} %d, %a0, %a1, %a2;", type, v => Field(v, bits, true), operands);
        Instruction.Check(
            $"bfi.{type} %d, %a0, 0x12345678, %a1, %a2;", type,
            v =>
            {
                int position = (int)(v[1] & 255), length = (int)(v[2] & 255);
                ulong result = 0x12345678;
                for (int i = 0; i < length && position + i < bits; i++)
                    result = (result & ~(1UL << (position + i))) | ((v[0] >> i & 1) << (position + i));
                return result;
            },
            operands);
    }

    [Fact]
    public void Bytes_are_permuted()
    {
        ulong[] selectors = [0x3210, 0x0123, 0x7654, 0x4567, 0xFEDC, 0x89AB, 0x1188, 0x5500];
        ulong[] c = [.. Enumerable.Range(0, 64).Select(i => selectors[i % selectors.Length])];
        ulong[] a = [.. c.Select((_, i) => (0x81C37F01UL * (ulong)(i + 1)) & uint.MaxValue)];
        ulong[] b = [.. c.Select((_, i) => (0x9E3779B9UL * (ulong)(i + 3)) & uint.MaxValue)];
        Instruction.Check(
            "prmt.b32 %d, %a0, %a1, %a2;", "b32",
            v =>
            {
                byte[] bytes = [.. BitConverter.GetBytes((uint)v[0]), .. BitConverter.GetBytes((uint)v[1])];
                uint result = 0;
                for (int i = 0; i < 4; i++)
                {
                    int nibble = (int)(v[2] >> (4 * i) & 15);
                    uint chosen = bytes[nibble & 7];
                    result |= (nibble < 8 ? chosen : chosen >= 128 ? 255u : 0u) << (8 * i);
                }

                return result;
            },
            ("b32", a), ("b32", b), ("b32", c));
    }

    [Theory]
    [InlineData(0xC0)]
    [InlineData(0x96)]
    [InlineData(0xE8)]
    [InlineData(0x01)]
    [InlineData(0xCA)]
    public void Any_function_of_three_bits(int table)
    {
        (ulong[] a, ulong[] b, ulong[] c) = Instruction.Triples([0, 0xFFFFFFFF, 0x0F0F1234, 0x33335555, 0x80000001]);
        Instruction.Check(
            $"lop3.b32 %d, %a0, %a1, %a2, {table};", "b32",
            v =>
            {
                ulong result = 0;
                for (int i = 0; i < 32; i++)
                {
                    int row = (int)(((v[0] >> i & 1) << 2) | ((v[1] >> i & 1) << 1) | (v[2] >> i & 1));
                    result |= (ulong)(table >> row & 1) << i;
                }

                return result;
            },
            ("b32", a), ("b32", b), ("b32", c));
    }

    private static ulong Field(ulong[] v, int bits, bool isSigned)
    {
        // As the ISA's pseudo code has it.
        int position = (int)(v[1] & 255), length = (int)(v[2] & 255);
        ulong sign = !isSigned || length == 0 ? 0 : v[0] >> Math.Min(position + length - 1, bits - 1) & 1;
        ulong result = 0;
        for (int i = 0; i < bits; i++)
            result |= (i < length && position + i < bits ? v[0] >> (position + i) & 1 : sign) << i;
        return result;
    }
}
