using MolEngine.Basics.Numerics;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>Fragments as the ISA's tables have them: every lane's registers are filled element by element.</summary>
public sealed class MatrixTests
{
    [Theory]
    [InlineData(16, false)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    public void Products(int k, bool isTf32)
    {
        float[,] a = Random(16, k, 1, isTf32), b = Random(k, 8, 2, isTf32), c = Random(16, 8, 3, true);
        var registers = new List<uint[]>();
        int perRegister = isTf32 ? 1 : 2;
        for (int r = 0; r < (isTf32 ? 4 : k / 4); r++)
            registers.Add(Lanes(lane =>
                Packed(isTf32, i => a[ARow(lane, r), AColumn(lane, r, i, isTf32)], perRegister)));
        for (int r = 0; r < (isTf32 ? 2 : k / 8); r++)
        {
            registers.Add(Lanes(lane => Packed(
                isTf32, i => b[isTf32 ? (lane % 4) + (4 * r) : (2 * (lane % 4)) + i + (8 * r), lane / 4],
                    perRegister)));
        }

        for (int r = 0; r < 4; r++)
            registers.Add(Lanes(lane =>
                BitConverter.SingleToUInt32Bits(c[(lane / 4) + (8 * (r / 2)), (2 * (lane % 4)) + (r % 2)])));
        string type = isTf32 ? "tf32" : "bf16";
        foreach (ulong? seed in new ulong?[] { null, 1, 2 })
        {
            float[] d = Run($"m16n8k{k}.row.col.f32.{type}.{type}.f32", registers, isTf32 ? 4 : k / 4, isTf32 ? 2
                : k / 8, new LaunchOptions { PerturbationSeed = seed });
            int moved = 0;
            for (int row = 0; row < 16; row++)
            {
                for (int column = 0; column < 8; column++)
                {
                    double truth = c[row, column], largest = Math.Abs(truth);
                    for (int i = 0; i < k; i++)
                    {
                        truth += (double)a[row, i] * b[i, column];
                        largest = Math.Max(largest, Math.Abs((double)a[row, i] * b[i, column]));
                    }

                    float got = d[(row * 8) + column];
                    double ulp = Math.ScaleB(1, Math.ILogB(largest) - 23);
                    Assert.True(
                        seed is null ? Math.Abs(got - truth) <= Math.ScaleB(Math.Abs(truth), -24) * 1.01
                            : Math.Abs(got - truth) <= 3 * ulp,
                        $"D[{row},{column}]: {got:R} against {truth:R}");
                    moved += got != (float)truth ? 1 : 0;
                }
            }

            Assert.True(seed is null || moved > 20);
        }
    }

    /// <summary>By hand, of a sum and 16 equal products: what rounding keeps, and what is cut off.</summary>
    [Theory]
    [InlineData(1f, 1f / (1 << 12), 1 + (1f / (1 << 20)), 1f)]
    [InlineData(-1f, 1f / (1 << 12), -1 + (1f / (1 << 20)), -1f)]
    [InlineData(0f, 1f / (1 << 12), 1f / (1 << 20), 1f / (1 << 20))]
    [InlineData(2 - (1f / (1 << 23)), 0.25f, 3f, 3 - (1f / (1 << 22)))]
    [InlineData(float.PositiveInfinity, 1f, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.PositiveInfinity, float.NaN, float.NaN)]
    public void Sums_are_cut_off_on_demand(float sum, float factor, float rounded, float cut)
    {
        uint factors = Bf16.Round(factor) * 0x10001u;
        List<uint[]> registers =
        [
            .. Enumerable.Range(0, 6).Select(_ => Lanes(_ => factors)),
            .. Enumerable.Range(0, 4).Select(_ => Lanes(_ => BitConverter.SingleToUInt32Bits(sum))),
        ];
        foreach ((bool truncates, float expected) in new[] { (false, rounded), (true, cut) })
        {
            float[] d = Run(
                "m16n8k16.row.col.f32.bf16.bf16.f32", registers, 4, 2,
                new LaunchOptions { TruncatesProducts = truncates, PerturbationSeed = truncates ? 1 : null });
            Assert.All(d, x => Assert.Equal(expected, x));
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    public void Matrices_are_loaded_from_shared_memory(int count, bool transposed)
    {
        string registers = "{" + string.Join(",", Enumerable.Range(0, count).Select(i => $"%r{10 + i}")) + "}";
        string trans = transposed ? ".trans" : "";
        // Rows of 16 bytes, 48 bytes apart; matrix m starts at row 8m.
        ushort[] data = [.. Enumerable.Range(0, 32 * 24).Select(i => (ushort)(i * 7))];
        string body = Copy(data.Length) + $"""
            mov.u32 %r3, %laneid;
            mad.lo.u32 %r4, %r3, 48, %r2;
            ldmatrix.sync.aligned.m8n8.x{count}{trans}.shared.b16 {registers}, [%r4];
            """ + Store(count);
        using var gpu = new Gpu(PtxSource.Kernel("load", 2, body));
        ulong output = gpu.Allocate(count * 128, "output");
        gpu.Run("load", 1, 32, gpu.Upload<ushort>(data, "data"), output);
        ushort[] got = gpu.Download<ushort>(output, count * 64);
        for (int matrix = 0; matrix < count; matrix++)
        {
            for (int lane = 0; lane < 32; lane++)
            {
                for (int half = 0; half < 2; half++)
                {
                    int row = lane / 4, column = (2 * (lane % 4)) + half;
                    if (transposed)
                        (row, column) = (column, row);
                    Assert.Equal(data[(((8 * matrix) + row) * 24) + column], got[(((matrix * 32) + lane) * 2) + half]);
                }
            }
        }

        Assert.Equal(count * 128, gpu.Counters.SharedBytesLoaded);
    }

    [Fact]
    public void Stores_of_matrices_are_the_inverse()
    {
        const string Fragments = "{%r10,%r11,%r12,%r13}";
        ushort[] data = [.. Enumerable.Range(0, 32 * 24).Select(i => (ushort)(i * 5))];
        string body = Copy(data.Length) + $$"""
            .shared .align 16 .b8 again[1536];
            mov.u32 %r3, %laneid;
            mad.lo.u32 %r4, %r3, 48, %r2;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{Fragments}}, [%r4];
            mov.u32 %r5, again;
            mad.lo.u32 %r5, %r3, 16, %r5;
            stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r5], {{Fragments}};
            bar.warp.sync -1;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r20,%r21,%r22,%r23}, [%r5];
            sub.s32 %r10, %r10, %r20; sub.s32 %r11, %r11, %r21; sub.s32 %r12, %r12, %r22; sub.s32 %r13, %r13, %r23;
            """ + Store(4);
        using var gpu = new Gpu(PtxSource.Kernel("load", 2, body, target: "sm_90"),
            VirtualGpu.Driver.DeviceProfile.Sm90);
        ulong output = gpu.Allocate(512, "output");
        gpu.Run("load", 1, 32, gpu.Upload<ushort>(data, "data"), output);
        Assert.All(gpu.Download<uint>(output, 128), v => Assert.Equal(0u, v));
    }

    [Fact]
    public void Rows_48_bytes_apart_meet_no_bank_twice_and_128_bytes_apart_all()
    {
        foreach ((int stride, long conflicts) in new[] { (16, 0L), (48, 0L), (80, 0L), (32, 4L), (64, 12L),
            (128, 28L) })
        {
            string body = $$"""
                .shared .align 16 .b8 tile[4096];
                mov.u32 %r1, %laneid; mov.u32 %r2, tile; mad.lo.u32 %r4, %r1, {{stride}}, %r2;
                mov.u32 %r5, 0; st.shared.v4.u32 [%r4], {%r5, %r5, %r5, %r5};
                bar.warp.sync -1;
                ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r10,%r11,%r12,%r13}, [%r4];
                """;
            using var gpu = new Gpu(PtxSource.Kernel("banks", 0, body));
            // The store of 16 bytes a lane goes by the same rule.
            Assert.Equal(2 * conflicts, gpu.Run("banks", 1, 32).SharedBankConflicts);
        }
    }

    /// <summary>p0 to shared memory, by one lane, so that the rest of the test has one request to count.</summary>
    private static string Copy(int elements) => $"""
        .shared .align 16 .b8 tile[{elements * 2}];
        ld.param.u64 %rd1, [p0];
        ld.param.u64 %rd2, [p1];
        mov.u32 %r2, tile;
        mov.u32 %r1, %laneid;
        mov.u32 %r6, 0;
        $COPY:
        cvt.u64.u32 %rd3, %r6;
        add.s64 %rd4, %rd1, %rd3;
        ld.global.u32 %r7, [%rd4];
        add.s32 %r8, %r2, %r6;
        setp.eq.u32 %p1, %r1, 0;
        @%p1 st.shared.u32 [%r8], %r7;
        add.s32 %r6, %r6, 4;
        setp.lt.u32 %p2, %r6, {elements * 2};
        @%p2 bra $COPY;
        bar.sync 0;

        """;

    private static string Store(int count) => "\nmul.wide.u32 %rd5, %r1, 4;\nadd.s64 %rd5, %rd2, %rd5;\n"
        + string.Concat(Enumerable.Range(0, count).Select(i => $"st.global.u32 [%rd5+{128 * i}], %r{10 + i};\n"));

    private static float[] Run(string shape, List<uint[]> registers, int aCount, int bCount, LaunchOptions options)
    {
        string Names(int from, int count) =>
            "{" + string.Join(",", Enumerable.Range(from, count).Select(i => $"%r{i}")) + "}";
        string Floats(int from) => "{" + string.Join(",", Enumerable.Range(from, 4).Select(i => $"%f{i}")) + "}";
        string body = "ld.param.u64 %rd1, [p0];\nld.param.u64 %rd2, [p1];\nmov.u32 %r60, %laneid;\nmul.wide.u32 %rd3, "
            + "%r60, 4;\n"
            + "add.s64 %rd1, %rd1, %rd3;\nadd.s64 %rd2, %rd2, %rd3;\n";
        for (int i = 0; i < registers.Count; i++)
        {
            string name = i < aCount + bCount ? $"%r{i}" : $"%f{i}";
            body += $"ld.global.b32 {name}, [%rd1+{128 * i}];\n";
        }

        body += $"mma.sync.aligned.{shape} {Floats(40)}, {Names(0, aCount)}, {Names(aCount, bCount)}, "
            + $"{Floats(aCount + bCount)};\n";
        for (int i = 0; i < 4; i++)
            body += $"st.global.f32 [%rd2+{128 * i}], %f{40 + i};\n";
        using var gpu = new Gpu(PtxSource.Kernel("product", 2, body),
            options: options);
        ulong output = gpu.Allocate(512, "d");
        gpu.Run("product", 1, 32, gpu.Upload<uint>(registers.SelectMany(r => r).ToArray(), "fragments"), output);
        float[] got = gpu.Download<float>(output, 128);
        var d = new float[128];
        for (int lane = 0; lane < 32; lane++)
        {
            for (int r = 0; r < 4; r++)
                d[(((lane / 4) + (8 * (r / 2))) * 8) + (2 * (lane % 4)) + (r % 2)] = got[(r * 32) + lane];
        }

        return d;
    }

    private static int ARow(int lane, int register) => (lane / 4) + (8 * (register % 2));

    private static int AColumn(int lane, int register, int half, bool isTf32) => isTf32
        ? (lane % 4) + (4 * (register / 2))
        : (2 * (lane % 4)) + half + (8 * (register / 2));

    private static uint[] Lanes(Func<int, uint> value) => [.. Enumerable.Range(0, 32).Select(value)];

    private static uint Packed(bool isTf32, Func<int, float> element, int count)
    {
        if (count == 1)
            return BitConverter.SingleToUInt32Bits(element(0));
        uint low = BitConverter.SingleToUInt32Bits(element(0)), high = BitConverter.SingleToUInt32Bits(element(1));
        return (low >> 16) | (high & 0xFFFF0000);
    }

    private static float[,] Random(int rows, int columns, ulong seed, bool isTf32)
    {
        var matrix = new float[rows, columns];
        for (int i = 0; i < rows * columns; i++)
        {
            float value = ((SplitMix64.At(seed, (ulong)i) >> 40) / 4194304f) - 2;
            uint bits = BitConverter.SingleToUInt32Bits(value) & (isTf32 ? 0xFFFFE000 : 0xFFFF0000);
            matrix[i / columns, i % columns] = BitConverter.UInt32BitsToSingle(bits);
        }

        return matrix;
    }
}
