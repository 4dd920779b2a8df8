using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults.Planted;

/// <summary>Shared memory used by several lanes or warps with nothing that orders them.</summary>
public static class RaceBugs
{
    public static TheoryData<string, FaultKind, string[], string> All => new()
    {
        {
            "lanes that write different values to one shared place", FaultKind.Race,
                ["lanes 0 and 1 of warp", "write different values to one place"],
            """
            shl.b32 %r10, %r6, 2;
            add.s32 %r10, %r10, %r3;
            - st.shared.u32 [%r10], %r5;
            + st.shared.u32 [%r10], %r6;
            """
        },
        {
            "lanes out of order that write different values to one global place", FaultKind.Race,
                ["lanes 7 and 9 of warp", "write different values to one place"],
            """
            xor.b32 %r10, %r1, 5;
            setp.eq.u32 %p10, %r5, 9;
            - @%p10 xor.b32 %r10, %r10, 14;
            mul.wide.u32 %rd10, %r10, 4;
            add.s64 %rd10, %rd10, %rd2;
            st.global.u32 [%rd10], %r1;
            """
        },
        {
            "bytes that differ only beyond what is stored", FaultKind.Race, ["write different values to one place"],
            """
            and.b32 %r10, %r5, 1;
            mad.lo.u32 %r11, %r10, 256, %r6;
            mad.lo.u32 %r12, %r10, 255, %r6;
            add.s32 %r13, %r3, %r6;
            - st.shared.u8 [%r13], %r12;
            + st.shared.u8 [%r13], %r11;
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
    };
}
