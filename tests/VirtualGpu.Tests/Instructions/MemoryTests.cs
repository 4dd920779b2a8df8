using MolEngine.VirtualGpu.Counters;

namespace MolEngine.VirtualGpu.Tests.Instructions;

public sealed class MemoryTests
{
    private static readonly byte[] Data = [.. Enumerable.Range(0, 2048).Select(i => (byte)((i * 73) + (i >> 3)))];

    public static TheoryData<string, int, int> Widths
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach ((string type, int bytes) in new[]
                { ("u8", 1), ("s8", 1), ("b16", 2), ("s16", 2), ("b32", 4), ("s32", 4), ("b64", 8), ("f32", 4),
                    ("f64", 8) })
            {
                foreach (int count in (int[])[1, 2, 4])
                {
                    if (bytes * count <= 16)
                        data.Add(type, bytes, count);
                }
            }

            return data;
        }
    }

    /// <summary>Loads from p0 and stores to p1, by way of a space, with the lanes in order and in reverse.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_width_through_every_space(string type, int bytes, int count)
    {
        char register = type switch
        {
            "f32" => 'f',
            "f64" => 'd',
            _ when bytes == 8 => 'q',
            _ when bytes == 4 =>
            'r',
            _ => 'h'
        };
        string names = string.Join(", ", Enumerable.Range(10, count).Select(i => register switch
        {
            'd' => $"%fd{i}",
            'q' => $"%rd{i}",
            _ => $"%{register}{i}",
        }));
        string operand = count == 1 ? names : $"{{{names}}}";
        string vector = count == 1 ? "" : $".v{count}";
        int size = bytes * count;
        foreach (bool reversed in (bool[])[false, true])
        {
            foreach (string space in (string[])["global", "shared", "local", "generic shared", "generic local"])
            {
                string through = space switch
                {
                    "global" => "",
                    "shared" => $"st.shared{vector}.{type} [%rd7], {operand};\nld.shared{vector}.{type} {operand}, "
                        + "[%rd7];",
                    "local" => $"st.local{vector}.{type} [%rd8], {operand};\nld.local{vector}.{type} {operand}, "
                        + "[%rd8];",
                    "generic shared" => $"cvta.shared.u64 %rd9, %rd7;\nst{vector}.{type} [%rd9], {operand};\n"
                        + $"cvta.to.shared.u64 %rd9, %rd9;\nld.shared{vector}.{type} {operand}, [%rd9];",
                    _ => $"cvta.local.u64 %rd9, %rd8;\nst{vector}.{type} [%rd9], {operand};\nld{vector}.{type} "
                        + $"{operand}, [%rd9];",
                };
                string body = $"""
                    .shared .align 16 .b8 tile[2048];
                    .local .align 16 .b8 depot[32];
                    ld.param.u64 %rd1, [p0];
                    ld.param.u64 %rd2, [p1];
                    mov.u32 %r1, %tid.x;
                    {(reversed ? "sub.s32 %r1, 63, %r1;" : "")}
                    mul.wide.u32 %rd3, %r1, {size};
                    add.s64 %rd4, %rd1, %rd3;
                    add.s64 %rd5, %rd2, %rd3;
                    mov.u64 %rd6, tile;
                    add.s64 %rd7, %rd6, %rd3;
                    mov.u64 %rd8, depot;
                    ld.global.nc{vector}.{type} {operand}, [%rd4];
                    {through}
                    st.global{vector}.{type} [%rd5], {operand};
                    """;
                using var gpu = new Gpu(PtxSource.Kernel("copy", 2, body));
                ulong output = gpu.Allocate(64 * size, "output");
                LaunchCounters counters = gpu.Run("copy", 1, 64, gpu.Upload<byte>(Data.AsSpan(0, 64 * size), "input"),
                    output);
                Assert.Equal(Data.AsSpan(0, 64 * size).ToArray(), gpu.Download<byte>(output, 64 * size));
                Assert.Equal(64L * size, counters.GlobalBytesLoaded);
                Assert.Equal(2L * size, counters.GlobalSectorsLoaded);
                Assert.Equal(2L * size, counters.GlobalSectorsStored);
                Assert.Equal(2, counters.GlobalLoadRequests);
            }
        }
    }

    [Fact]
    public void Narrow_values_are_extended_to_the_register()
    {
        ulong[] values = [0, 1, 0x7F, 0x80, 0xFF, 0x1280, 0x8000, 0xFFFF];
        string Load(string type, string register) =>
            $"{{ .local .align 8 .b8 depot[8]; mov.u64 %rd50, depot; st.local.b16 [%rd50], %a0; ld.local.{type} "
                + $"{register}, [%rd50]; }}";
        Instruction.Check(Load("u8", "%d"), "b32", v => v[0] & 0xFF, ("b16", values));
        Instruction.Check(Load("s8", "%d"), "b32", v => (uint)(sbyte)v[0], ("b16", values));
        Instruction.Check(Load("s16", "%d"), "b32", v => (uint)(short)v[0], ("b16", values));
        Instruction.Check(Load("s8", "%d"), "b16", v => (ushort)(sbyte)v[0], ("b16", values));
        Instruction.Check(Load("s8", "%d"), "b64", v => (ulong)(sbyte)v[0], ("b16", values));
        Instruction.Check(Load("u16", "%d"), "b64", v => v[0], ("b16", values));
    }

    [Theory]
    [InlineData("global")]
    [InlineData("shared")]
    public void Atomics_give_the_old_value_and_keep_the_new(string space)
    {
        (string Kind, Func<ulong, ulong, ulong> Next)[] kinds =
        [
            ("add.u32", (o, b) => (uint)(o + b)), ("min.u32", Math.Min), ("max.u32", Math.Max),
            ("min.s32", (o, b) => (uint)Math.Min((int)o, (int)b)),
                ("max.s32", (o, b) => (uint)Math.Max((int)o, (int)b)),
            ("and.b32", (o, b) => o & b), ("or.b32", (o, b) => o | b), ("xor.b32", (o, b) => o ^ b),
                ("exch.b32", (_, b) => b),
            ("inc.u32", (o, b) => o >= b ? 0 : o + 1), ("dec.u32", (o, b) => o == 0 || o > b ? b : o - 1),
        ];
        (ulong[] a, ulong[] b) = Instruction.Pairs(Edge.Words);
        foreach ((string kind, Func<ulong, ulong, ulong> next) in kinds)
        {
            string text = Atomic(space, $"atom.{space}.{kind} %r51, [%r50], %a1;", "%r51");
            // The old value in the lower half, the new one in the upper.
            Instruction.Check(text, "b64", v => v[0] | (next(v[0], v[1]) << 32), ("b32", a), ("b32", b));
            text = Atomic(space, $"red.{space}.{kind} [%r50], %a1;", "%a0");
            if (!kind.StartsWith("exch", StringComparison.Ordinal))
                Instruction.Check(text, "b64", v => v[0] | (next(v[0], v[1]) << 32), ("b32", a), ("b32", b));
        }

        string swap = Atomic(space, $"atom.{space}.cas.b32 %r51, [%r50], %a1, 99;", "%r51");
        Instruction.Check(swap, "b64", v => v[0] | ((v[0] == v[1] ? 99 : v[0]) << 32), ("b32", a), ("b32", b));
    }

    [Fact]
    public void Atomics_of_all_blocks_add_up()
    {
        string ptx = PtxSource.Kernel(
            "count", 2,
            """
            ld.param.u64 %rd1, [p0]; ld.param.u64 %rd2, [p1];
            mov.u32 %r1, %tid.x;
            red.global.add.u32 [%rd1], %r1;
            mov.u64 %rd3, 4294967297;
            red.global.add.u64 [%rd2], %rd3;
            """);
        using var gpu = new Gpu(ptx);
        ulong small = gpu.Upload<uint>([0], "small"), large = gpu.Upload<ulong>([0], "large");
        LaunchCounters counters = gpu.Run("count", 50, 96, small, large);
        Assert.Equal(50u * (96 * 95 / 2), gpu.Download<uint>(small, 1)[0]);
        Assert.Equal(50UL * 96 * 4294967297, gpu.Download<ulong>(large, 1)[0]);
        Assert.Equal(2 * 50 * 96, counters.GlobalAtomics);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Asynchronous_copies_fill_up_with_zeros(int bytes)
    {
        string body = $$"""
            .shared .align 16 .b8 tile[512];
            ld.param.u64 %rd1, [p0]; ld.param.u64 %rd2, [p1];
            mov.u32 %r1, %tid.x; mov.u32 %r2, tile;
            mad.lo.u32 %r3, %r1, {{bytes}}, %r2;
            mul.wide.u32 %rd3, %r1, {{bytes}};
            add.s64 %rd4, %rd1, %rd3; add.s64 %rd5, %rd2, %rd3;
            rem.u32 %r4, %r1, {{bytes + 1}};
            cp.async.ca.shared.global.L2::128B [%r3], [%rd4], {{bytes}}, %r4;
            cp.async.commit_group;
            cp.async.wait_group 0;
            mov.u32 %r5, 0;
            $BYTES:
            add.s32 %r6, %r3, %r5; ld.shared.u8 %h1, [%r6];
            cvt.u64.u32 %rd6, %r5; add.s64 %rd6, %rd5, %rd6; st.global.u8 [%rd6], %h1;
            add.s32 %r5, %r5, 1; setp.lt.u32 %p1, %r5, {{bytes}}; @%p1 bra $BYTES;
            """;
        using var gpu = new Gpu(PtxSource.Kernel("copy", 2, body));
        ulong output = gpu.Allocate(32 * bytes, "output");
        LaunchCounters counters = gpu.Run("copy", 1, 32, gpu.Upload<byte>(Data.AsSpan(0, 32 * bytes), "input"), output);
        byte[] got = gpu.Download<byte>(output, 32 * bytes);
        for (int i = 0; i < got.Length; i++)
            Assert.Equal(i % bytes < i / bytes % (bytes + 1) ? Data[i] : 0, got[i]);
        Assert.Equal(Enumerable.Range(0, 32).Sum(i => i % (bytes + 1)), counters.GlobalBytesLoaded);
    }

    [Fact]
    public void Structures_as_parameters_are_read_by_computed_addresses()
    {
        string ptx = PtxSource.Header + """
            .visible .entry pick(.param .align 8 .b8 table[24], .param .u64 output)
            {
            .reg .b64 %rd<10>; .reg .b32 %r<10>;
            mov.b64 %rd1, table; ld.param.u64 %rd2, [output];
            mov.u32 %r1, %tid.x; mul.wide.u32 %rd3, %r1, 8; add.s64 %rd4, %rd1, %rd3;
            ld.param.u64 %rd5, [%rd4]; add.s64 %rd6, %rd2, %rd3; st.global.u64 [%rd6], %rd5;
            ret;
            }
            """;
        using var gpu = new Gpu(ptx);
        ulong output = gpu.Allocate(24, "output");
        gpu.Run("pick", 1, 3, new Table { A = 11, B = 22, C = 33 }, output);
        Assert.Equal([11, 22, 33], gpu.Download<long>(output, 3));
    }

    /// <summary>The request's parts for 4, 8 and 16 bytes, and the passes that strides cost.</summary>
    [Theory]
    [InlineData(4, 1, 0)]
    [InlineData(4, 2, 1)]
    [InlineData(4, 3, 0)]
    [InlineData(4, 32, 31)]
    [InlineData(4, 0, 0)]
    [InlineData(8, 2, 0)]
    [InlineData(8, 4, 2)]
    [InlineData(16, 4, 0)]
    [InlineData(16, 8, 4)]
    public void Bank_conflicts(int bytes, int strideWords, long conflicts)
    {
        string vector = bytes == 4 ? ".u32 [%r3], %r4" : bytes == 8 ? ".v2.u32 [%r3], {%r4, %r4}"
            : ".v4.u32 [%r3], {%r4, %r4, %r4, %r4}";
        string body = ".shared .align 16 .b8 tile[8192];\nmov.u32 %r1, %tid.x;\nmov.u32 %r2, tile;\nmov.u32 %r4, 7;\n"
            + $"mad.lo.u32 %r3, %r1, {4 * strideWords}, %r2;\nst.shared{vector};";
        using var gpu = new Gpu(PtxSource.Kernel("banks", 0, body));
        LaunchCounters counters = gpu.Run("banks", 1, 32);
        Assert.Equal(conflicts, counters.SharedBankConflicts);
        Assert.Equal((1, 32L * bytes), (counters.SharedRequests, counters.SharedBytesStored));
    }

    [Theory]
    [InlineData(1, 0, 4)]
    [InlineData(1, 4, 5)]
    [InlineData(2, 0, 8)]
    [InlineData(8, 0, 32)]
    [InlineData(0, 12, 1)]
    public void Sectors(int strideWords, int offset, long sectors)
    {
        string body = "ld.param.u64 %rd1, [p0];\nmov.u32 %r1, %tid.x;\n"
            + $"mul.wide.u32 %rd2, %r1, {4 * strideWords};\nadd.s64 %rd1, %rd1, %rd2;\nld.global.u32 %r2, "
                + $"[%rd1+{offset}];";
        using var gpu = new Gpu(PtxSource.Kernel("sectors", 1, body));
        LaunchCounters counters = gpu.Run("sectors", 1, 32, gpu.Upload<byte>(Data, "data"));
        Assert.Equal((sectors, 128L), (counters.GlobalSectorsLoaded, counters.GlobalBytesLoaded));
    }

    private static string Atomic(string space, string atomic, string old) => $$"""
        {
        .shared .align 4 .b8 cells[1024];
        .reg .b64 %rd<70>;
        .reg .b64 at;
        mov.u32 %r52, %tid.x;
        {{(space == "shared" ? "mov.u64 at, cells; mul.wide.u32 %rd50, %r52, 4; add.s64 at, at, %rd50;"
            : "ld.param.u64 at, [p2]; mul.wide.u32 %rd50, %r70, 8; add.s64 at, at, %rd50;")}}
        st.{{space}}.b32 [at], %a0;
        {{atomic.Replace("%r50", "at", StringComparison.Ordinal)}}
        ld.{{space}}.b32 %r53, [at];
        mov.b64 %d, { {{old}}, %r53 };
        }
        """;

    private struct Table
    {
        public long A;
        public long B;
        public long C;
    }
}
