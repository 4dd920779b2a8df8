using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Tests.Faults;

/// <summary>
/// Nothing orders the blocks of a launch: a place that one of them writes is no other's. Found whether blocks run on
/// one thread of the host or on several. Blocks of <see cref="RaceKernel"/> have 32 threads.
/// </summary>
public sealed class BlockRaceTests
{
    /// <summary>%p2 is the fourth block.</summary>
    private const string Prologue = "setp.eq.u32 %p2, %r2, 3;";

    public static TheoryData<string, string> Races => new()
    {
        { "all write one row", "mul.wide.u32 %rd10, %r1, 4; add.s64 %rd10, %rd2, %rd10; st.global.u32 [%rd10], %r1;" },
        { "all write one word", "@%p1 st.global.u32 [%rd2], 5;" },
        { "rows that overlap",
            "mad.lo.u32 %r10, %r2, 31, %r1; mul.wide.u32 %rd10, %r10, 4; add.s64 %rd10, %rd2, %rd10; st.global.u32 "
                + "[%rd10], %r1;" },
        { "a row of another block is read",
            "st.global.u32 [%rd4], %r1; xor.b32 %r10, %r3, 32; mul.wide.u32 %rd10, %r10, 4; add.s64 %rd10, %rd1, "
                + "%rd10; ld.global.u32 %r11, [%rd10];" },
        { "read by all, written by one", "ld.global.u32 %r10, [%rd1+64]; @%p2 st.global.u32 [%rd4+-336], %r10;" },
        { "copied from where another block writes",
            "st.global.u32 [%rd4], %r1; mov.u32 %r10, tile; mad.lo.u32 %r10, %r1, 4, %r10; xor.b32 %r11, %r3, 32; "
                + "mul.wide.u32 %rd10, %r11, 4; add.s64 %rd10, %rd1, %rd10; cp.async.ca.shared.global [%r10], "
                + "[%rd10], 4;" },
        { "a byte within another block's word",
            "setp.eq.u32 %p3, %r2, 0; @%p3 st.global.u32 [%rd5], %r1; @%p2 st.global.u8 [%rd5+-382], %r1;" },
    };

    public static TheoryData<string, string> Clean => new()
    {
        { "each its own",
            "ld.global.u32 %r10, [%rd4]; st.global.u32 [%rd4], %r10; ld.global.u32 %r10, [%rd4]; st.global.u32 "
                + "[%rd5], %r10;" },
        { "all read one row", "ld.global.u32 %r10, [%rd1+64]; st.global.u32 [%rd5], %r10;" },
        { "halves of one word",
            "mul.wide.u32 %rd10, %r2, 2; add.s64 %rd10, %rd2, %rd10; @%p1 st.global.u16 [%rd10], %r2;" },
        { "atomics", "red.global.add.u32 [%rd1], 1;" },
        { "a fence hands on", "@%p1 st.global.u32 [%rd2], 5; membar.gl;" },
        { "a release hands on", "@%p1 st.global.u32 [%rd2], 5; red.release.gpu.global.add.u32 [%rd1], 1;" },
    };

    [Theory]
    [MemberData(nameof(Races))]
    public void A_race_between_blocks_is_found(string what, string body)
    {
        for (int workers = 1; workers <= 3; workers++)
        {
            VirtualGpuFault fault = Gpu.Fault(FaultKind.Race, () => Run(body, workers));
            Assert.True(fault.Message.Contains("race between blocks on global memory at "), $"{what}: {fault.Message}");
            Assert.Contains("nothing orders blocks", fault.Message);
            Assert.Equal("race", fault.Kernel);
            Assert.True(fault.Allocation is "input" or "output", fault.Allocation);
        }
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void What_is_in_order_passes(string what, string body)
    {
        Assert.NotEmpty(what);
        for (int workers = 1; workers <= 3; workers++)
            Run(body, workers);
    }

    [Fact]
    public void A_race_within_a_thread_of_the_host_names_instruction_and_blocks()
    {
        VirtualGpuFault fault = Gpu.Fault(FaultKind.Race, () => Run(".loc 1 7 0\n@%p1 st.global.u32 [%rd2], 5;", 1));
        Assert.Contains("kernel.cu:7", fault.Message);
        Assert.Contains("block (1,0,0), thread (0,0,0): race between blocks", fault.Message);
        Assert.Contains("written here, written by block (0,0,0) in the same launch", fault.Message);
        Assert.Equal((1, 0, 0), fault.Block);
    }

    /// <summary>What each of two threads of the host has seen, held together at the end.</summary>
    [Theory]
    [InlineData(true, 4096, true, 4096, 4096)]
    [InlineData(true, 4096, false, 4160, 4160)]
    [InlineData(false, 8000, true, 8064, 8064)]
    [InlineData(false, 4096, false, 4096, -1)]
    [InlineData(true, 4096, true, 4224, -1)]
    [InlineData(true, 4096, true, 1 << 20, -1)]
    public void Threads_of_the_host_compare_what_they_saw(
        bool oneWrites, int one, bool otherWrites, int other, int meet)
    {
        using BlockRaces first = new(4), second = new(4);
        first.Begin(3);
        Assert.True(first.Touch((ulong)one, 128, oneWrites));
        second.Begin(9);
        Assert.True(second.Touch((ulong)other, 128, otherWrites));
        BlockRaces.Conflict? found = first.With(second);
        Assert.Equal(meet < 0 ? null : new BlockRaces.Conflict((ulong)meet, 3, oneWrites, 9, otherWrites), found);
    }

    [Fact]
    public void Launches_follow_each_other_and_the_look_can_be_left_out()
    {
        const string Shared = "@%p1 st.global.u32 [%rd2], 5;";
        Run(Shared, 1, blocks: 1, launches: 3);
        Run(Shared, 2, options: o => o with { FindBlockRaces = false });
    }

    private static void Run(
        string body, int workers, int blocks = 8, int launches = 1, Func<LaunchOptions, LaunchOptions>? options = null)
    {
        var usual = new LaunchOptions { Workers = workers };
        RaceKernel.Run(Prologue, body, 32, options?.Invoke(usual) ?? usual, blocks, launches);
    }
}
