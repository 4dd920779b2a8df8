using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults;

/// <summary>
/// Kernels with a bug of each kind, which must be found and named, whatever the order in which warps run; and the same
/// kernels without it, which must pass. p0 is an array of 64 words that are written, p1 one that is not.
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

    /// <summary>
    /// Kind, what the message must say, the bug (after '-') and the cure (after '+') among common lines.
    /// </summary>
    public static TheoryData<string, FaultKind, string[], string> Bugs => new()
    {
        {
            "off by one at the end of an array", FaultKind.OutOfBounds,
                ["4 bytes past the end of 'input'", "thread (63,0,0)"],
            """
            - ld.global.u32 %r10, [%rd4+4];
            + ld.global.u32 %r10, [%rd4];
            st.global.u32 [%rd5], %r10;
            """
        },
        {
            "write before the start of an array", FaultKind.OutOfBounds, ["4 bytes before 'output'", "thread (0,0,0)"],
            """
            - st.global.u32 [%rd5+-4], %r1;
            + st.global.u32 [%rd5], %r1;
            """
        },
        {
            "null pointer", FaultKind.OutOfBounds, ["a null pointer"],
            """
            mov.u64 %rd10, 0;
            - st.global.u32 [%rd10], %r1;
            + st.global.u32 [%rd5], %r1;
            """
        },
        {
            "a shared offset used as a global address", FaultKind.OutOfBounds, ["global memory"],
            """
            cvt.u64.u32 %rd10, %r4;
            - st.global.u32 [%rd10], %r1;
            + st.shared.u32 [%rd10], %r1;
            """
        },
        {
            "vector load that is not aligned", FaultKind.Misaligned, ["expected a multiple of 8", "'input'"],
            """
            - ld.global.v2.u32 {%r10, %r11}, [%rd4];
            + and.b64 %rd10, %rd4, -8;
            + ld.global.v2.u32 {%r10, %r11}, [%rd10];
            st.global.u32 [%rd5], %r10;
            """
        },
        {
            "misaligned shared access", FaultKind.Misaligned,
                ["bytes of shared memory at offset", "expected a multiple of 4"],
            """
            - st.shared.u32 [%r4+2], %r1;
            + st.shared.u32 [%r4], %r1;
            """
        },
        {
            "read of global memory that nothing wrote", FaultKind.Uninitialised,
                ["'output'", "nothing has written byte 0"],
            """
            - ld.global.u32 %r10, [%rd5];
            + ld.global.u32 %r10, [%rd4];
            st.global.u32 [%rd5], %r10;
            """
        },
        {
            "read of shared memory that nothing wrote", FaultKind.Uninitialised,
                ["offset 256 ('tile' + 256)", "nothing has"],
            """
            st.shared.u32 [%r4], %r1;
            bar.sync 0;
            - ld.shared.u32 %r10, [tile+256];
            + ld.shared.u32 %r10, [tile+252];
            """
        },
        {
            "read of local memory that nothing wrote", FaultKind.Uninitialised, ["local memory at offset 4"],
            """
            .local .align 4 .b8 depot[8];
            mov.u64 %rd10, depot;
            st.local.u32 [%rd10], %r1;
            - ld.local.u32 %r10, [%rd10+4];
            + ld.local.u32 %r10, [%rd10];
            """
        },
        {
            "local array out of bounds", FaultKind.OutOfBounds, ["local memory at offset 16: a thread has 16 bytes"],
            """
            .local .align 4 .b8 depot[16];
            mov.u64 %rd10, depot;
            - st.local.u32 [%rd10+16], %r1;
            + st.local.u32 [%rd10+12], %r1;
            """
        },
        {
            "shared array out of bounds", FaultKind.OutOfBounds, ["the block has 1,024 bytes"],
            """
            - st.shared.u32 [%r4+800], %r1;
            + st.shared.u32 [%r4+768], %r1;
            """
        },
        {
            "no barrier between writing and reading", FaultKind.Race,
            ["kernel.cu:10", "kernel.cu:12", "no barrier (__syncthreads) between", "'tile'"],
            """
            st.shared.u32 [%r4], %r2;
            bar.sync 0;
            .loc 1 10 0
            st.shared.u32 [%r4], %r1;
            + bar.sync 0;
            .loc 1 12 0
            xor.b32 %r10, %r2, 128;
            add.s32 %r10, %r10, %r3;
            ld.shared.u32 %r11, [%r10];
            """
        },
        {
            "no barrier between reading and writing again", FaultKind.Race,
                ["kernel.cu:21", "kernel.cu:23", "no barrier (__syncthreads) between"],
            """
            st.shared.u32 [%r4], %r1;
            bar.sync 0;
            xor.b32 %r10, %r2, 128;
            add.s32 %r10, %r10, %r3;
            .loc 1 21 0
            ld.shared.u32 %r11, [%r10];
            + bar.sync 0;
            .loc 1 23 0
            st.shared.u32 [%r4], %r11;
            """
        },
        {
            "two warps write one place", FaultKind.Race, ["written here by warp", "written at"],
            """
            - @%p1 st.shared.u32 [tile], %r6;
            + @%p2 st.shared.u32 [tile], %r6;
            """
        },
        {
            "two warps write bytes of one word that overlap", FaultKind.Race, ["offset 1"],
            """
            @%p2 st.shared.u16 [tile], %r6;
            setp.eq.u32 %p10, %r1, 32;
            - @%p10 st.shared.u8 [tile+1], %r6;
            + @%p10 st.shared.u8 [tile+2], %r6;
            """
        },
        {
            "lanes of a warp exchange without bar.warp.sync", FaultKind.Race, ["no bar.warp.sync (__syncwarp) between"],
            """
            st.shared.u32 [%r4], %r1;
            + bar.warp.sync -1;
            xor.b32 %r10, %r2, 4;
            add.s32 %r10, %r10, %r3;
            ld.shared.u32 %r11, [%r10];
            """
        },
        {
            "a named barrier that orders only half of the warps", FaultKind.Race, ["kernel.cu:32"],
            """
            st.shared.u32 [%r4], %r2;
            bar.sync 0;
            @%p2 st.shared.u32 [tile], %r1;
            - add.s32 %r10, %r6, 1;
            - bar.sync %r10, 32;
            + bar.sync 1, 64;
            .loc 1 32 0
            ld.shared.u32 %r11, [tile];
            """
        },
        {
            "plain write against an atomic", FaultKind.Race, ["'tile'"],
            """
            st.shared.u32 [%r4], %r2;
            bar.sync 0;
            @%p2 st.shared.u32 [tile], 0;
            + bar.sync 0;
            red.shared.add.u32 [tile], 1;
            """
        },
        {
            "asynchronous copy read before its wait", FaultKind.AsyncCopy,
                ["has not waited for", "kernel.cu:40", "kernel.cu:42"],
            """
            .loc 1 40 0
            cp.async.ca.shared.global [%r4], [%rd4], 4;
            cp.async.commit_group;
            + cp.async.wait_group 0;
            .loc 1 42 0
            ld.shared.u32 %r10, [%r4];
            st.global.u32 [%rd5], %r10;
            """
        },
        {
            "wait that leaves the wanted group open", FaultKind.AsyncCopy, ["has not waited for"],
            """
            cp.async.ca.shared.global [%r4], [%rd4], 4;
            cp.async.commit_group;
            cp.async.ca.shared.global [%r4+512], [%rd4], 4;
            cp.async.commit_group;
            cp.async.wait_group 1;
            - ld.shared.u32 %r10, [%r4+512];
            + ld.shared.u32 %r10, [%r4];
            """
        },
        {
            "copy that was waited for but not committed", FaultKind.AsyncCopy, ["has not waited for"],
            """
            cp.async.ca.shared.global [%r4], [%rd4], 4;
            + cp.async.commit_group;
            cp.async.wait_group 0;
            ld.shared.u32 %r10, [%r4];
            """
        },
        {
            "waited-for copy read by another warp without a barrier", FaultKind.Race,
                ["no barrier (__syncthreads) between"],
            """
            st.shared.u32 [%r4], %r2;
            bar.sync 0;
            @%p3 cp.async.ca.shared.global [%r4], [%rd4], 4;
            cp.async.wait_all;
            @!%p3 st.shared.u32 [%r4], %r1;
            + bar.sync 0;
            xor.b32 %r10, %r2, 128;
            add.s32 %r10, %r10, %r3;
            ld.shared.u32 %r11, [%r10];
            """
        },
        {
            "stage of a pipeline written again while others still read it", FaultKind.Race, ["ld.shared", "cp.async"],
            """
            cp.async.ca.shared.global [%r4], [%rd4], 4;
            cp.async.wait_all;
            bar.sync 0;
            xor.b32 %r10, %r2, 128;
            add.s32 %r10, %r10, %r3;
            ld.shared.u32 %r11, [%r10];
            + bar.sync 0;
            cp.async.ca.shared.global [%r4], [%rd4], 4;
            cp.async.wait_all;
            """
        },
        {
            "barrier in a divergent branch", FaultKind.BarrierDivergence,
            ["kernel.cu:50", "lanes 0-15 of warp", "wait here", "lanes 16-31"],
            """
            - @!%p4 bra $L1;
            .loc 1 50 0
            bar.sync 0;
            - $L1:
            .loc 1 52 0
            st.global.u32 [%rd5], %r1;
            """
        },
        {
            "different barriers on the two sides of a branch", FaultKind.BarrierDivergence,
                ["kernel.cu:61", "kernel.cu:62"],
            """
            - @%p4 bra $L1;
            .loc 1 61 0
            bar.sync 0;
            - bra $L2;
            - $L1:
            .loc 1 62 0
            bar.sync 0;
            $L2:
            st.global.u32 [%rd5], %r1;
            """
        },
        {
            "two kinds of barrier under one number", FaultKind.BarrierMismatch,
                ["expected one kind and count at a time"],
            """
            - @%p3 bra $L1;
            - bar.red.or.pred %p10, 1, %p2;
            - bra $L2;
            - $L1:
            bar.sync 1, 64;
            $L2:
            st.global.u32 [%rd5], %r1;
            """
        },
        {
            "barrier for more threads than there are", FaultKind.BarrierMismatch, ["waits for 96 threads"],
            """
            - bar.sync 1, 96;
            + bar.sync 1, 64;
            """
        },
        {
            "count that is no multiple of the warp", FaultKind.BarrierMismatch,
                ["48 threads: expected a multiple of 32"],
            """
            - bar.sync 1, 48;
            + bar.sync 1, 64;
            """
        },
        {
            "warps that wait for each other", FaultKind.Deadlock, ["no warp can go on", "barrier 1", "barrier 2"],
            """
            - @%p3 bra $L1;
            bar.sync 1, 64;
            - bra $L2;
            - $L1:
            bar.sync 2, 64;
            $L2:
            st.global.u32 [%rd5], %r1;
            """
        },
        {
            "shuffle from a lane that has ended", FaultKind.WarpDivergence, ["lanes 16-31 of warp", "ended"],
            """
            - @!%p4 ret;
            shfl.sync.bfly.b32 %r10, %r1, 16, 31, -1;
            """
        },
        {
            "shuffle from a lane outside the mask", FaultKind.Shuffle, ["lane 0 reads lane 16", "does not name"],
            """
            @!%p4 bra $L1;
            - shfl.sync.bfly.b32 %r10, %r1, 16, 31, 0xFFFF;
            + shfl.sync.bfly.b32 %r10, %r1, 8, 31, 0xFFFF;
            $L1:
            """
        },
        {
            "shuffle by lanes that its mask does not name", FaultKind.WarpDivergence, ["does not name them"],
            """
            - shfl.sync.idx.b32 %r10, %r1, 0, 31, 0xFFFF;
            + shfl.sync.idx.b32 %r10, %r1, 0, 31, -1;
            """
        },
        {
            "vote in a branch with the whole warp's mask", FaultKind.WarpDivergence,
                ["lanes 0-15 of warp", "wait here"],
            """
            @!%p4 bra $L1;
            - vote.sync.ballot.b32 %r10, %p1, -1;
            + vote.sync.ballot.b32 %r10, %p1, 0xFFFF;
            $L1:
            + bar.warp.sync -1;
            - bar.sync 0;
            """
        },
        {
            "store to constant memory", FaultKind.ReadOnly, ["constant memory cannot be written", "'table'"],
            """
            mov.u64 %rd10, table;
            - st.global.u32 [%rd10], %r1;
            + ld.const.u32 %r10, [%rd10];
            """
        },
        {
            "an assertion of the kernel's own", FaultKind.Trap, ["the kernel stopped itself", "thread (40,0,0)"],
            """
            setp.eq.u32 %p10, %r1, 40;
            - @%p10 trap;
            + @%p10 mov.u32 %r10, 0;
            """
        },
        {
            "a loop without end", FaultKind.Runaway, ["instructions and goes on"],
            """
            mov.u32 %r10, 0;
            $L1:
            add.s32 %r10, %r10, 1;
            setp.lt.u32 %p10, %r10, 10;
            - @!%p10 bra $L1;
            - bra $L1;
            + @%p10 bra $L1;
            """
        },
    };

    [Theory]
    [MemberData(nameof(Bugs))]
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
    [MemberData(nameof(Bugs))]
    public void Its_clean_twin_passes(string bug, FaultKind kind, string[] says, string body)
    {
        Assert.NotEqual((bug, says.Length), ("", (int)kind - (int)kind));
        for (ulong seed = 1; seed <= 8; seed++)
            Run(Lines(body, '+'), seed);
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

    private static void Run(string body, ulong seed)
    {
        string ptx = PtxSource.Kernel("planted", 2, $"{Prologue}\n{body}",
            ".const .align 4 .b8 table[4] = {1, 2, 3, 4};");
        using var gpu = new Gpu(ptx, options: new LaunchOptions { Seed = seed, InstructionLimit = 100_000 });
        ulong input = gpu.Upload<uint>(Enumerable.Range(0, Words).Select(i => (uint)i).ToArray(), "input");
        ulong output = gpu.Allocate(Words * 4, "output");
        gpu.Run("planted", 1, Words, input, output);
    }
}
