using System.Text;
using MolEngine.Basics.Numerics;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests;

/// <summary>
/// Random programs with guards, branches and loops, against an evaluator that runs one thread after the other on its
/// own understanding of each instruction.
/// </summary>
public sealed class RandomProgramTests
{
    private const int Registers = 12;
    private const int Threads = 96;

    private static readonly (string Text, Func<uint, uint, uint, uint> Value)[] Instructions =
    [
        ("add.s32 {0}, {1}, {2};", (a, b, _) => a + b),
        ("sub.u32 {0}, {1}, {2};", (a, b, _) => a - b),
        ("mul.lo.s32 {0}, {1}, {2};", (a, b, _) => a * b),
        ("mul.hi.u32 {0}, {1}, {2};", (a, b, _) => (uint)(((ulong)a * b) >> 32)),
        ("mul.hi.s32 {0}, {1}, {2};", (a, b, _) => (uint)(((long)(int)a * (int)b) >> 32)),
        ("mad.lo.u32 {0}, {1}, {2}, {3};", (a, b, c) => (a * b) + c),
        ("min.s32 {0}, {1}, {2};", (a, b, _) => (int)a < (int)b ? a : b),
        ("max.u32 {0}, {1}, {2};", (a, b, _) => a > b ? a : b),
        ("and.b32 {0}, {1}, {2};", (a, b, _) => a & b),
        ("or.b32 {0}, {1}, {2};", (a, b, _) => a | b),
        ("xor.b32 {0}, {1}, {2};", (a, b, _) => a ^ b),
        ("not.b32 {0}, {1};", (a, _, _) => ~a),
        ("neg.s32 {0}, {1};", (a, _, _) => 0 - a),
        ("shl.b32 {0}, {1}, {2};", (a, b, _) => b > 31 ? 0 : a << (int)b),
        ("shr.u32 {0}, {1}, {2};", (a, b, _) => b > 31 ? 0 : a >> (int)b),
        ("shr.s32 {0}, {1}, 5;", (a, _, _) => (uint)((int)a >> 5)),
        ("popc.b32 {0}, {1};", (a, _, _) => (uint)Convert.ToString(a, 2).Count(c => c == '1')),
        ("bfe.u32 {0}, {1}, 7, 9;", (a, _, _) => a >> 7 & 511),
        ("lop3.b32 {0}, {1}, {2}, {3}, 0xE8;", (a, b, c) => (a & b) | (a & c) | (b & c)),
        ("shf.l.wrap.b32 {0}, {1}, {2}, 7;", (a, b, _) => (b << 7) | (a >> 25)),
        ("prmt.b32 {0}, {1}, {2}, 0x6240;", (a, b, _) =>
            (a & 255) | ((b & 255) << 8) | ((a >> 16 & 255) << 16) | ((b >> 16 & 255) << 24)),
        ("cvt.rn.f32.s32 {0}, {1};", (a, _, _) => Bits((int)a)),
        ("cvt.rzi.s32.f32 {0}, {1};", (a, _, _) => ToInt(Float(a))),
        ("add.rn.f32 {0}, {1}, {2};", (a, b, _) => Bits(Float(a) + Float(b))),
        ("mul.rn.f32 {0}, {1}, {2};", (a, b, _) => Bits(Float(a) * Float(b))),
        ("fma.rn.f32 {0}, {1}, {2}, {3};", (a, b, c) => Bits(MathF.FusedMultiplyAdd(Float(a), Float(b), Float(c)))),
        ("div.rn.f32 {0}, {1}, {2};", (a, b, _) => Bits(Float(a) / Float(b))),
        ("mov.b32 {0}, {1};", (a, _, _) => a),
    ];

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 40).Select(i => (ulong)i)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Agrees_with_an_evaluator_of_single_threads(ulong seed)
    {
        var program = new Program(seed);
        uint[] inputs = [.. Enumerable.Range(0, Threads * 4).Select(i =>
            (uint)SplitMix64.At(seed, (ulong)(1_000_000 + i)) >> (i % 29))];
        using var gpu = new Gpu(PtxSource.Kernel("random", 2, program.Ptx), options: new LaunchOptions { Seed = seed });
        ulong output = gpu.Allocate(Threads * Registers * 4, "output");
        gpu.Run("random", 1, Threads, gpu.Upload<uint>(inputs, "input"), output);
        uint[] got = gpu.Download<uint>(output, Threads * Registers);
        for (int thread = 0; thread < Threads; thread++)
        {
            uint[] expected = program.Evaluate(inputs.AsSpan(thread * 4, 4));
            Assert.Equal(expected, got.AsSpan(thread * Registers, Registers).ToArray());
        }
    }

    private static float Float(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static uint Bits(float value) => float.IsNaN(value) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits(value);

    private static uint ToInt(float value) => float.IsNaN(value)
        ? 0
        : (uint)(int)Math.Clamp(Math.Truncate((double)value), int.MinValue, int.MaxValue);

    /// <summary>A program as text and as a tree.</summary>
    private sealed class Program
    {
        private readonly ulong _seed;
        private readonly StringBuilder _text = new();
        private readonly Action<uint[]> _run;
        private ulong _next;
        private int _labels;

        public Program(ulong seed)
        {
            _seed = seed;
            _text.AppendLine("ld.param.u64 %rd1, [p0];\nld.param.u64 %rd2, [p1];\nmov.u32 %r70, %tid.x;");
            _text.AppendLine("mul.wide.u32 %rd3, %r70, 16;\nadd.s64 %rd1, %rd1, %rd3;");
            _text.AppendLine($"mul.wide.u32 %rd4, %r70, {4 * Registers};\nadd.s64 %rd2, %rd2, %rd4;");
            for (int i = 0; i < Registers; i++)
                _text.AppendLine(i < 4 ? $"ld.global.u32 %r{i}, [%rd1+{4 * i}];" : $"mov.u32 %r{i}, {i};");
            _run = Block(24, 0);
            for (int i = 0; i < Registers; i++)
                _text.AppendLine($"st.global.u32 [%rd2+{4 * i}], %r{i};");
        }

        public string Ptx => _text.ToString();

        public uint[] Evaluate(ReadOnlySpan<uint> inputs)
        {
            var registers = new uint[Registers];
            for (int i = 0; i < Registers; i++)
                registers[i] = i < 4 ? inputs[i] : (uint)i;
            _run(registers);
            return registers;
        }

        private int Random(int below) => (int)(SplitMix64.At(_seed, _next++) % (ulong)below);

        private Action<uint[]> Block(int length, int depth)
        {
            var steps = new List<Action<uint[]>>();
            for (int i = 0; i < length; i++)
            {
                int kind = Random(10);
                steps.Add(kind switch
                {
                    0 when depth < 3 => Branch(length / 2, depth),
                    1 when depth < 2 => Loop(length / 3, depth),
                    2 => Guarded(depth),
                    _ => Plain(""),
                });
            }

            return r => steps.ForEach(s => s(r));
        }

        private Action<uint[]> Plain(string guard)
        {
            (string text, Func<uint, uint, uint, uint> value) = Instructions[Random(Instructions.Length)];
            (int d, int a, int b, int c) = (Random(Registers), Random(Registers), Random(Registers), Random(Registers));
            _text.AppendLine($"{guard} {string.Format(text, $"%r{d}", $"%r{a}", $"%r{b}", $"%r{c}")}");
            return r => r[d] = value(r[a], r[b], r[c]);
        }

        /// <summary>Sets a predicate of its depth: bit n of a register.</summary>
        private Func<uint[], bool> Condition(int depth)
        {
            (int register, int bit) = (Random(Registers), Random(8));
            _text.AppendLine($"shr.u32 %r60, %r{register}, {bit};\nand.b32 %r60, %r60, 1;\nsetp.ne.u32 %p{depth}, "
                + "%r60, 0;");
            return r => (r[register] >> bit & 1) != 0;
        }

        private Action<uint[]> Guarded(int depth)
        {
            Func<uint[], bool> condition = Condition(depth);
            bool negated = Random(2) == 0;
            Action<uint[]> step = Plain($"@{(negated ? "!" : "")}%p{depth}");
            return r =>
            {
                if (condition(r) != negated)
                    step(r);
            };
        }

        private Action<uint[]> Branch(int length, int depth)
        {
            int label = _labels++;
            Func<uint[], bool> condition = Condition(depth);
            _text.AppendLine($"@%p{depth} bra $ELSE{label};");
            Action<uint[]> whenFalse = Block(length, depth + 1);
            _text.AppendLine($"bra.uni $END{label};\n$ELSE{label}:");
            Action<uint[]> whenTrue = Block(length, depth + 1);
            _text.AppendLine($"$END{label}:");
            return r => (condition(r) ? whenTrue : whenFalse)(r);
        }

        /// <summary>As many rounds as two bits of a register say.</summary>
        private Action<uint[]> Loop(int length, int depth)
        {
            int label = _labels++, register = Random(Registers);
            _text.AppendLine($".reg .b32 %n{label};\nand.b32 %n{label}, %r{register}, 3;\n$LOOP{label}:");
            _text.AppendLine($"setp.eq.u32 %p{30 + depth}, %n{label}, 0;\n@%p{30 + depth} bra $DONE{label};");
            Action<uint[]> body = Block(length, depth + 1);
            _text.AppendLine($"sub.u32 %n{label}, %n{label}, 1;\nbra $LOOP{label};\n$DONE{label}:");
            return r =>
            {
                for (uint rounds = r[register] & 3; rounds > 0; rounds--)
                    body(r);
            };
        }
    }
}
