using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults.Planted;

/// <summary>
/// Accesses that are out of bounds, misaligned, of bytes that nothing wrote, or of what may not be written.
/// </summary>
public static class MemoryBugs
{
    public static TheoryData<string, FaultKind, string[], string> All => new()
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
            "store to constant memory", FaultKind.ReadOnly, ["constant memory cannot be written", "'table'"],
            """
            mov.u64 %rd10, table;
            - st.global.u32 [%rd10], %r1;
            + ld.const.u32 %r10, [%rd10];
            """
        },
    };
}
