using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Tests.Faults.Planted;

namespace MolEngine.VirtualGpu.Tests.Faults;

/// <summary>
/// Kernels with a bug of each kind, which must be found and named, whatever the order in which warps run; and the same
/// kernels without it, which must pass. p0 is an array of 64 words that are written, p1 one that is not. A row of data
/// has the bug's name, its kind, what the message must say, and the kernel: the bug (after '-') and the cure (after
/// '+') among common lines.
/// </summary>
public sealed class PlantedKernelBugTests
{
    private const int Words = 64;

    private const string Prologue = """
        ld.param.u64 %rd1, [p0];
        ld.param.u64 %rd2, [p1];
        mov.u32 %r1, %tid.x;
        mul.wide.u32 %rd3, %r1, 4;
        add.s64 %rd4, %rd1, %rd3;
        add.s64 %rd5, %rd2, %rd3;
        shl.b32 %r2, %r1, 2;
        .shared .align 16 .b8 tile[1024];
        mov.u32 %r3, tile;
        add.s32 %r4, %r3, %r2;
        and.b32 %r5, %r1, 31;
        shr.u32 %r6, %r1, 5;
        setp.eq.u32 %p1, %r5, 0;
        setp.eq.u32 %p2, %r1, 0;
        setp.lt.u32 %p3, %r1, 32;
        setp.lt.u32 %p4, %r5, 16;
        """;

    [Theory]
    [MemberData(nameof(MemoryBugs.All), MemberType = typeof(MemoryBugs))]
    [MemberData(nameof(RaceBugs.All), MemberType = typeof(RaceBugs))]
    [MemberData(nameof(AsyncCopyBugs.All), MemberType = typeof(AsyncCopyBugs))]
    [MemberData(nameof(BarrierBugs.All), MemberType = typeof(BarrierBugs))]
    [MemberData(nameof(WarpBugs.All), MemberType = typeof(WarpBugs))]
    public void A_planted_bug_is_found_and_named(string bug, FaultKind kind, string[] says, string body)
    {
        Assert.NotEmpty(bug);
        for (ulong seed = 1; seed <= 8; seed++)
        {
            VirtualGpuFault fault = Gpu.Fault(kind, () => Run(Lines(body, '-'), seed));
            Assert.Equal("planted", fault.Kernel);
            foreach (string part in says)
                Assert.Contains(part, $"{fault.Message} {fault.OtherLine}", StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(MemoryBugs.All), MemberType = typeof(MemoryBugs))]
    [MemberData(nameof(RaceBugs.All), MemberType = typeof(RaceBugs))]
    [MemberData(nameof(AsyncCopyBugs.All), MemberType = typeof(AsyncCopyBugs))]
    [MemberData(nameof(BarrierBugs.All), MemberType = typeof(BarrierBugs))]
    [MemberData(nameof(WarpBugs.All), MemberType = typeof(WarpBugs))]
    public void Its_clean_twin_passes(string bug, FaultKind kind, string[] says, string body)
    {
        Assert.NotEqual((bug, says.Length), ("", (int)kind - (int)kind));
        for (ulong seed = 1; seed <= 8; seed++)
            Run(Lines(body, '+'), seed);
    }

    [Theory]
    [MemberData(nameof(MemoryBugs.All), MemberType = typeof(MemoryBugs))]
    public void Without_the_look_for_shared_races_all_else_is_found(
        string bug, FaultKind kind, string[] says, string body)
    {
        VirtualGpuFault fault = Gpu.Fault(kind, () => Run(Lines(body, '-'), 1, findsRaces: false));
        Assert.All(says, part => Assert.True($"{fault.Message} {fault.OtherLine}".Contains(part), bug));
    }

    [Theory]
    [InlineData("@%p1 st.shared.u32 [tile], %r6;")]
    [InlineData(
        "st.shared.u32 [%r4], %r1;\nxor.b32 %r10, %r2, 4;\nadd.s32 %r10, %r10, %r3;\nld.shared.u32 %r11, [%r10];")]
    public void The_look_for_shared_races_can_be_left_out(string race)
    {
        Gpu.Fault(FaultKind.Race, () => Run(race, 1));
        Run(race, 1, findsRaces: false);
    }

    [Fact]
    public void A_report_says_everything_that_is_known()
    {
        VirtualGpuFault fault = Gpu.Fault(
            FaultKind.OutOfBounds, () => Run(".loc 1 7 0\n@%p2 st.global.u32 [%rd2+256], %r1;", 1));
        Assert.Equal(
            "kernel planted, kernel.cu:7 (PTX line 31: '@%p2 st.global.u32 [%rd2+256], %r1'), block (0,0,0), thread "
                + "(0,0,0): "
            + $"write of 4 bytes of global memory at {fault.Address:x}: 4 bytes past the end of 'output' (256 bytes)",
            fault.Message);
        Assert.Equal((7, "output"), (fault.Line.Line, fault.Allocation));
        Assert.Equal(((0, 0, 0), (0, 0, 0)), (fault.Block, fault.Thread));
    }

    [Fact]
    public void Of_several_blocks_the_first_that_fails_is_reported()
    {
        string ptx = PtxSource.Kernel(
            "planted", 2, "mov.u32 %r1, %ctaid.x;\nsetp.ge.u32 %p1, %r1, 5;\nmov.u64 %rd1, 0;\n@%p1 st.global.u32 "
                + "[%rd1], %r1;");
        for (int workers = 1; workers <= 4; workers++)
        {
            using var gpu = new Gpu(ptx, options: new LaunchOptions { Workers = workers });
            VirtualGpuFault fault = Gpu.Fault(FaultKind.OutOfBounds, () => gpu.Run("planted", 40, 32, 0UL, 0UL));
            Assert.Equal((5, 0, 0), fault.Block);
        }
    }

    private static string Lines(string body, char kept) => string.Join('\n', body.Split('\n')
        .Where(l => l.Length > 0 && (l[0] == kept || l[0] is not ('-' or '+')))
        .Select(l => l[0] == kept ? l[1..] : l));

    private static void Run(string body, ulong seed, bool findsRaces = true)
    {
        string ptx = PtxSource.Kernel("planted", 2, $"{Prologue}\n{body}",
            ".const .align 4 .b8 table[4] = {1, 2, 3, 4};");
        var options = new LaunchOptions
        {
            Seed = seed,
            InstructionLimit = 100_000,
            FindSharedRaces = findsRaces,
        };
        using var gpu = new Gpu(ptx, options: options);
        ulong input = gpu.Upload<uint>(Enumerable.Range(0, Words).Select(i => (uint)i).ToArray(), "input");
        ulong output = gpu.Allocate(Words * 4, "output");
        gpu.Run("planted", 1, Words, input, output);
    }
}
