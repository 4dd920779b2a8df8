using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults.Planted;

/// <summary>Barriers that not all reach, that differ, or that never open.</summary>
public static class BarrierBugs
{
    public static TheoryData<string, FaultKind, string[], string> All => new()
    {
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
    };
}
