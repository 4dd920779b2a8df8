using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Lowering;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.Benchmarks;

/// <summary>
/// Instructions of lanes that the virtual GPU executes in a second, for loops of one kind of work. Checks are on: there
/// is no way to switch them off.
/// </summary>
internal static class VirtualGpuBenchmark
{
    private const int Rounds = 200;
    private const int Blocks = 16;
    private const int Threads = 128;

    /// <summary>
    /// Name and body of a loop; %rd1 points to 16 bytes for each thread, %r9 is the thread's shared place.
    /// </summary>
    private static readonly (string Name, string Body)[] Loops =
    [
        ("fp32 fma", Repeat(16, i => $"fma.rn.f32 %f{i}, %f{i}, %f20, %f21;")),
        ("fp32 add, mul, max",
            Repeat(5, i => $"add.rn.f32 %f{i}, %f{i}, %f20; mul.rn.f32 %f{i}, %f{i}, %f21; max.f32 %f{i}, %f{i}, "
                + $"%f20;")),
        ("integer add, shift, logic",
            Repeat(5, i => $"add.s32 %r{i}, %r{i}, 7; shl.b32 %r{i}, %r{i}, 1; xor.b32 %r{i}, %r{i}, 5;")),
        ("addresses", Repeat(5, i =>
            $"mul.wide.u32 %rd{i + 3}, %r{i}, 4; add.s64 %rd{i + 3}, %rd{i + 3}, %rd1; cvt.u32.u64 %r{i}, "
                + $"%rd{i + 3};")),
        ("exp2, division", Repeat(4, i => $"ex2.approx.ftz.f32 %f{i}, %f20; div.rn.f32 %f{i}, %f{i}, %f21;")),
        ("compare, select, guard",
            Repeat(5, i => $"setp.lt.f32 %p1, %f{i}, %f20; selp.f32 %f{i}, %f20, %f21, %p1; @%p1 add.rn.f32 %f{i}, "
                + $"%f20, %f21;")),
        ("global loads", Repeat(8, i => $"ld.global.f32 %f{i}, [%rd2];")),
        ("global loads of 16 bytes", Repeat(4, i => "ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%rd1];")),
        ("global stores", Repeat(8, i => $"st.global.f32 [%rd2], %f{i};")),
        ("shared loads", Repeat(8, i => $"ld.shared.f32 %f{i}, [%r9];")),
        ("shared stores", Repeat(8, i => $"st.shared.f32 [%r9], %f{i};")),
        ("shuffles", Repeat(8, i => $"shfl.sync.bfly.b32 %f{i}, %f{i}, 1, 31, -1;")),
        ("barriers", Repeat(4, _ => "bar.sync 0;")),
        ("matrix loads x4", Repeat(4, _ => "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r0,%r1,%r2,%r3}, [%r10];")),
        ("mma m16n8k16", Repeat(4, _ => "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
            + "{%f0,%f1,%f2,%f3}, {%r23,%r23,%r23,%r23}, {%r23,%r23}, {%f0,%f1,%f2,%f3};")),
    ];

    public static void Run(BenchmarkOptions options)
    {
        Console.WriteLine($"{options.Threads} threads; G lane-instructions/s at the 50th (20th) percentile of time");
        foreach ((string name, string body) in Loops)
        {
            using var memory = new DeviceMemory(DeviceProfile.Sm80.MemoryBytes);
            DeviceAllocation data = memory.Allocate(Blocks * Threads * 16)!;
            unsafe
            {
                new Span<byte>(data.Data, (int)data.Size).Clear();
                new Span<byte>(data.Written, (int)data.Size).Fill(255);
            }

            PtxModule module = PtxModule.Parse(Kernel(body));
            var launch = new Launch
            {
                Program = KernelLowering.Lower(module, module.Entries[0], new Dictionary<string, ulong>()),
                Grid = (Blocks, 1, 1),
                Block = (Threads, 1, 1),
                DynamicShared = 0,
                Parameters = BitConverter.GetBytes(data.Start),
                Memory = memory,
                Options = new LaunchOptions { Workers = options.Threads },
            };
            LaunchCounters counters = launch.Run();
            Timing rate = Timing.Interleaved(options.Seconds, () =>
                launch.Run())[0].Rates(counters.LaneInstructions / 1e9);
            string more = counters.TensorOperations == 0
                ? ""
                : $"   {rate.P50 * counters.TensorOperations / counters.LaneInstructions:F1} GFLOP/s";
            Console.WriteLine($"  {name,-26} {rate.P50,6:F2} ({rate.P20:F2}){more}");
        }
    }

    private static string Repeat(int count, Func<int, string> line) =>
        string.Join('\n', Enumerable.Range(0, count).Select(line));

    private static string Kernel(string body) => $$"""
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry loop(.param .u64 data)
        {
        .reg .pred %p<4>; .reg .b32 %r<30>; .reg .f32 %f<30>; .reg .b64 %rd<30>;
        .shared .align 16 .b8 tile[2048];
        ld.param.u64 %rd1, [data];
        mov.u32 %r20, %tid.x; mov.u32 %r21, %ctaid.x; mad.lo.u32 %r22, %r21, {{Threads}}, %r20;
        mul.wide.u32 %rd20, %r22, 16; mul.wide.u32 %rd21, %r22, 4;
        add.s64 %rd2, %rd1, %rd21; add.s64 %rd1, %rd1, %rd20;
        mov.u32 %r9, tile; mad.lo.u32 %r10, %r20, 16, %r9; mad.lo.u32 %r9, %r20, 4, %r9;
        mov.u32 %r23, 0x3F803F80; mov.f32 %f20, 0f3F800000; mov.f32 %f21, 0f3F7FFFFF;
        {{Repeat(16, i => $"mov.u32 %r{i % 9}, {i}; mov.f32 %f{i}, 0f3F000000;")}}
        st.shared.v4.f32 [%r10], {%f20, %f20, %f20, %f20};
        bar.sync 0;
        mov.u32 %r20, {{Rounds}};
        $LOOP:
        {{body}}
        sub.u32 %r20, %r20, 1; setp.ne.u32 %p0, %r20, 0; @%p0 bra $LOOP;
        ret;
        }
        """;
}
