using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults;

/// <summary>
/// Between two warps of a block a barrier alone makes an order, over global memory as over shared. Blocks of
/// <see cref="RaceKernel"/> have 64 threads, and places of their own.
/// </summary>
public sealed class WarpRaceTests
{
    /// <summary>
    /// %rd6 and %rd7 the words of p0 and p1 of the same lane of the other warp, %rd8 of p0's neighbour lane; %p2 first
    /// warp.
    /// </summary>
    private const string Prologue = """
        xor.b32 %r4, %r3, 32;
        mul.wide.u32 %rd3, %r4, 4;
        add.s64 %rd6, %rd1, %rd3;
        add.s64 %rd7, %rd2, %rd3;
        xor.b32 %r4, %r3, 1;
        mul.wide.u32 %rd3, %r4, 4;
        add.s64 %rd8, %rd1, %rd3;
        setp.lt.u32 %p2, %r1, 32;
        """;

    public static TheoryData<string, string> Races => new()
    {
        { "written, then read by the other", "st.global.u32 [%rd4], %r1; ld.global.u32 %r10, [%rd6];" },
        { "read, then written by the other", "ld.global.u32 %r10, [%rd4]; st.global.u32 [%rd6], %r10;" },
        { "written by both", "@%p2 st.global.u32 [%rd5], 1; @!%p2 st.global.u32 [%rd7], 2;" },
        {
            "the barrier comes too early",
            "bar.sync 0; st.global.u32 [%rd4], %r1; ld.global.u32 %r10, [%rd6];"
        },
        {
            "a read that the next round overtakes",
            "st.global.u32 [%rd4], %r1; bar.sync 0; ld.global.u32 %r10, [%rd6]; st.global.u32 [%rd4], %r10;"
        },
        {
            "a barrier of a warp is none between warps",
            "st.global.u32 [%rd4], %r1; bar.warp.sync 0xffffffff; ld.global.u32 %r10, [%rd6];"
        },
        { "lanes of a warp", "st.global.u32 [%rd4], %r1; ld.global.u32 %r10, [%rd8];" },
        {
            "copied from where the other writes",
            "st.global.u32 [%rd4], %r1; mov.u32 %r10, tile; mad.lo.u32 %r10, %r1, 4, %r10; cp.async.ca.shared.global "
                + "[%r10], [%rd6], 4; cp.async.wait_all;"
        },
        { "part of a word", "st.global.u32 [%rd4], %r1; ld.global.u8 %r10, [%rd6+2];" },
    };

    public static TheoryData<string, string> Clean => new()
    {
        {
            "a barrier between",
            "st.global.u32 [%rd4], %r1; bar.sync 0; ld.global.u32 %r10, [%rd6]; bar.sync 0; st.global.u32 [%rd4], %r10;"
        },
        { "each its own", "ld.global.u32 %r10, [%rd4]; st.global.u32 [%rd4], %r10; ld.global.u32 %r10, [%rd4];" },
        { "all read", "ld.global.u32 %r10, [%rd4]; ld.global.u32 %r11, [%rd6]; st.global.u32 [%rd5], %r11;" },
        {
            "lanes of a warp that meet",
            "st.global.u32 [%rd4], %r1; bar.warp.sync 0xffffffff; ld.global.u32 %r10, [%rd8];"
        },
        { "atomics", "red.global.add.u32 [%rd1], 1;" },
        { "a fence hands on", "st.global.u32 [%rd4], %r1; membar.gl; ld.global.u32 %r10, [%rd6];" },
        {
            "neighbours within a word",
            "mul.wide.u32 %rd10, %r3, 2; add.s64 %rd10, %rd2, %rd10; st.global.u16 [%rd10], %r1;"
        },
    };

    [Theory]
    [MemberData(nameof(Races))]
    public void A_race_between_warps_is_found(string what, string body)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            VirtualGpuFault fault = Gpu.Fault(FaultKind.Race, () => Run(body, seed));
            Assert.True(fault.Message.Contains("race on global memory at "), $"{what}: {fault.Message}");
            Assert.Contains(" between", fault.Message);
            Assert.Equal("race", fault.Kernel);
            Assert.True(fault.Allocation is "input" or "output", fault.Allocation);
        }
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void What_is_in_order_passes(string what, string body)
    {
        Assert.NotEmpty(what);
        for (ulong seed = 1; seed <= 5; seed++)
            Run(body, seed);
    }

    [Fact]
    public void Both_accesses_are_named()
    {
        const string Body = ".loc 1 7 0\nst.global.u32 [%rd4], %r1;\n.loc 1 8 0\n@!%p2 ld.global.u32 %r10, [%rd6];";
        VirtualGpuFault fault = Gpu.Fault(FaultKind.Race, () => Run(Body, 1));
        int[] lines = [fault.Line.Line, fault.OtherLine!.Value.Line];
        Assert.Equal([7, 8], lines.Order());
        Assert.Contains("with no barrier (__syncthreads) between", fault.Message);
    }

    [Fact]
    public void It_is_looked_for_where_it_is_asked_for() =>
        Run("st.global.u32 [%rd4], %r1; ld.global.u32 %r10, [%rd6];", 1, finds: false);

    private static void Run(string body, ulong seed, bool finds = true) => RaceKernel.Run(
        Prologue, body, 64, new LaunchOptions { Seed = seed, FindWarpRaces = finds, Workers = 1 }, blocks: 4);
}
