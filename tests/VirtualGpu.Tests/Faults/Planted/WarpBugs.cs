using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults.Planted;

/// <summary>What lanes of a warp do together, and kernels that stop themselves or never end.</summary>
public static class WarpBugs
{
    public static TheoryData<string, FaultKind, string[], string> All => new()
    {
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
}
