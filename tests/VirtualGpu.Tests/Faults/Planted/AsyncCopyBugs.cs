using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Faults.Planted;

/// <summary>Asynchronous copies whose data is used before it has come.</summary>
public static class AsyncCopyBugs
{
    public static TheoryData<string, FaultKind, string[], string> All => new()
    {
        {
            "asynchronous copy that is to read more than it copies", FaultKind.AsyncCopy,
                ["of 4 bytes that is to read 5", "expected at most 4"],
            """
            mov.u32 %r10, 4;
            - mov.u32 %r10, 5;
            cp.async.ca.shared.global [%r4], [%rd4], 4, %r10;
            cp.async.wait_all;
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
    };
}
