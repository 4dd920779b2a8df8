using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Driver;

/// <summary>What streams, events and copies promise, and what a program that relies on more gets.</summary>
public sealed unsafe class StreamTests
{
    private const int Count = 64;
    private const nuint Bytes = Count * 4;

    /// <summary>p1[i] = p0[i] + 1.</summary>
    internal static readonly string Increment = PtxSource.Kernel(
        "increment", 2,
        """
        ld.param.u64 %rd1, [p0];
        ld.param.u64 %rd2, [p1];
        mov.u32 %r1, %tid.x;
        mul.wide.u32 %rd3, %r1, 4;
        add.s64 %rd1, %rd1, %rd3;
        add.s64 %rd2, %rd2, %rd3;
        ld.global.u32 %r2, [%rd1];
        add.s32 %r2, %r2, 1;
        st.global.u32 [%rd2], %r2;
        """);

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 8).Select(i => (ulong)i)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Work_of_one_stream_runs_in_order(ulong seed)
    {
        using Gpu gpu = Make(seed);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(new uint[Count], "a");
        for (int i = 0; i < 5; i++)
            gpu.Ok(Launch(gpu, stream, a, a));
        gpu.Ok(gpu.Driver.cuStreamSynchronize(stream));
        Assert.All(gpu.Download<uint>(a, Count), v => Assert.Equal(5u, v));
    }

    /// <summary>Now and then another stream is ahead, as on hardware; most seeds show the bug.</summary>
    [Fact]
    public void A_stream_that_does_not_wait_for_another_reads_what_is_not_there_yet()
    {
        int shown = 0;
        for (ulong seed = 1; seed <= 16; seed++)
        {
            using Gpu gpu = Make(seed);
            (nint first, nint second) = (NewStream(gpu), NewStream(gpu));
            ulong a = gpu.Upload<uint>(new uint[Count], "a");
            ulong b = gpu.Allocate((long)Bytes, "b"), c = gpu.Allocate((long)Bytes, "c");
            gpu.Ok(Launch(gpu, first, a, b));
            gpu.Ok(Launch(gpu, second, b, c));
            try
            {
                gpu.Ok(gpu.Driver.cuStreamSynchronize(second));
            }
            catch (VirtualGpuFault fault)
            {
                Assert.Equal((FaultKind.Uninitialised, "b"), (fault.Kind, fault.Allocation));
                shown++;
            }
        }

        Assert.InRange(shown, 8, 15);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_event_orders_two_streams(ulong seed)
    {
        using Gpu gpu = Make(seed);
        (nint first, nint second) = (NewStream(gpu), NewStream(gpu));
        ulong a = gpu.Upload<uint>(new uint[Count], "a");
        ulong b = gpu.Allocate((long)Bytes, "b"), c = gpu.Allocate((long)Bytes, "c");
        gpu.Ok(gpu.Driver.cuEventCreate(out nint happened, CUevent_flags.CU_EVENT_DEFAULT));
        gpu.Ok(Launch(gpu, first, a, b));
        gpu.Ok(gpu.Driver.cuEventRecord(happened, first));
        gpu.Ok(gpu.Driver.cuStreamWaitEvent(second, happened, 0));
        gpu.Ok(Launch(gpu, second, b, c));
        gpu.Ok(gpu.Driver.cuStreamSynchronize(second));
        gpu.Ok(gpu.Driver.cuEventQuery(happened));
        Assert.All(gpu.Download<uint>(c, Count), v => Assert.Equal(2u, v));
    }

    [Fact]
    public void Polling_comes_to_an_end()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(new uint[Count], "a");
        gpu.Ok(gpu.Driver.cuEventCreate(out nint happened, CUevent_flags.CU_EVENT_DEFAULT));
        gpu.Ok(Launch(gpu, stream, a, a));
        gpu.Ok(gpu.Driver.cuEventRecord(happened, stream));
        Assert.Equal(CUresult.CUDA_ERROR_NOT_READY, gpu.Driver.cuStreamQuery(stream));
        int polls = 0;
        while (gpu.Driver.cuEventQuery(happened) == CUresult.CUDA_ERROR_NOT_READY)
            Assert.True(++polls < 10);
        gpu.Ok(gpu.Driver.cuStreamQuery(stream));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_default_stream_waits_for_blocking_streams_only(ulong seed)
    {
        using Gpu gpu = Make(seed);
        gpu.Ok(gpu.Driver.cuStreamCreate(out nint blocking, CUstream_flags.CU_STREAM_DEFAULT));
        ulong a = gpu.Upload<uint>(new uint[Count], "a"), b = gpu.Allocate((long)Bytes, "b");
        gpu.Ok(Launch(gpu, blocking, a, b));
        // A copy without a stream is ordered after it.
        Assert.All(gpu.Download<uint>(b, Count), v => Assert.Equal(1u, v));
        gpu.Ok(Launch(gpu, 0, b, b));
        gpu.Ok(Launch(gpu, blocking, b, b));
        gpu.Ok(gpu.Driver.cuStreamSynchronize(blocking));
        Assert.All(gpu.Download<uint>(b, Count), v => Assert.Equal(3u, v));
    }

    [Fact]
    public void A_copy_without_a_stream_does_not_wait_for_a_non_blocking_one()
    {
        using Gpu gpu = Make(2);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(new uint[Count], "a"), b = gpu.Allocate((long)Bytes, "b");
        gpu.Ok(Launch(gpu, stream, a, b));
        VirtualGpuFault fault = Gpu.Fault(FaultKind.Uninitialised, () => gpu.Download<uint>(b, Count));
        Assert.Contains("cuMemcpyDtoH: copy of 256 bytes from 'b' (256 bytes) at offset 0", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_buffer_that_changes_under_a_queued_copy_is_reported()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Allocate((long)Bytes, "a");
        uint* pinned = Pinned(gpu);
        new Span<uint>(pinned, Count).Fill(3);
        gpu.Ok(gpu.Driver.cuMemcpyAsync(a, (ulong)pinned, Bytes, stream));
        pinned[5] = 4;
        VirtualGpuFault fault = Gpu.Fault(FaultKind.Stream, () => gpu.Driver.cuStreamSynchronize(stream));
        Assert.Contains("the host changed pinned memory", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_buffer_may_change_after_its_copy()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Allocate((long)Bytes, "a");
        uint* pinned = Pinned(gpu);
        new Span<uint>(pinned, Count).Fill(3);
        gpu.Ok(gpu.Driver.cuMemcpyAsync(a, (ulong)pinned, Bytes, stream));
        gpu.Ok(gpu.Driver.cuStreamSynchronize(stream));
        pinned[5] = 4;
        Assert.All(gpu.Download<uint>(a, Count), v => Assert.Equal(3u, v));
    }

    [Fact]
    public void A_queued_copy_of_memory_that_is_not_pinned_is_reported()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Allocate((long)Bytes, "a");
        var values = new uint[Count];
        fixed (uint* source = values)
        {
            gpu.Ok(gpu.Driver.cuMemcpyAsync(a, (ulong)source, Bytes, stream));
            VirtualGpuFault fault = Gpu.Fault(FaultKind.OutOfBounds, () => gpu.Driver.cuStreamSynchronize(stream));
            Assert.StartsWith("cuMemcpyAsync (source): 256 bytes at ", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pinned_memory_holds_nothing_useful_until_its_copy_has_run()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(Enumerable.Repeat(7u, Count).ToArray(), "a");
        uint* pinned = Pinned(gpu);
        new Span<uint>(pinned, Count).Fill(7);
        gpu.Ok(gpu.Driver.cuMemcpyAsync((ulong)pinned, a, Bytes, stream));
        Assert.NotEqual(7u, pinned[0]);
        gpu.Ok(gpu.Driver.cuStreamSynchronize(stream));
        Assert.Equal(7u, pinned[0]);
    }

    [Fact]
    public void Pinned_memory_freed_under_a_queued_copy_is_reported()
    {
        using Gpu gpu = Make(1);
        ulong a = gpu.Upload<uint>(new uint[Count], "a");
        uint* pinned = Pinned(gpu);
        gpu.Ok(gpu.Driver.cuMemcpyAsync((ulong)pinned, a, Bytes, NewStream(gpu)));
        Gpu.Fault(FaultKind.Stream, () => gpu.Driver.cuMemFreeHost((nint)pinned));
    }

    [Fact]
    public void Device_memory_freed_under_a_queued_launch_is_reported()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(new uint[Count], "a"), b = gpu.Allocate((long)Bytes, "b");
        gpu.Ok(Launch(gpu, stream, a, b));
        gpu.Ok(gpu.Driver.cuMemFree(a));
        VirtualGpuFault fault = Gpu.Fault(FaultKind.UseAfterFree, () => gpu.Driver.cuStreamSynchronize(stream));
        Assert.Contains("'a' (256 bytes) at offset 0 was freed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Freed_addresses_do_not_come_back()
    {
        using Gpu gpu = Make(1);
        ulong a = gpu.Allocate(1000, "a");
        gpu.Ok(gpu.Driver.cuMemFree(a));
        Assert.NotEqual(a, gpu.Allocate(1000, "b"));
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Driver.cuMemFree(a));
        Assert.Contains("it was freed before", gpu.Driver.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_ends_the_process_but_what_is_left_can_be_released()
    {
        using Gpu gpu = Make(1);
        nint stream = NewStream(gpu);
        ulong a = gpu.Upload<uint>(new uint[Count], "a");
        gpu.Ok(Launch(gpu, stream, a, 0));
        Gpu.Fault(FaultKind.OutOfBounds, () => gpu.Driver.cuStreamSynchronize(stream));
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, gpu.Driver.cuCtxSynchronize());
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, Launch(gpu, stream, a, a));
        gpu.Ok(gpu.Driver.cuMemFree(a));
        gpu.Ok(gpu.Driver.cuStreamDestroy(stream));
        gpu.Ok(gpu.Driver.cuModuleUnload(gpu.Module));
        Assert.Equal((0, 0), (gpu.Driver.LiveAllocations, gpu.Driver.LiveObjects));
    }

    /// <summary>Drivers that were there before and those that are made later, but none of another process.</summary>
    [Fact]
    public void A_fault_ends_every_driver_of_its_process()
    {
        var process = new VirtualProcess();
        using var before = new Gpu(Increment, process: process);
        using (var faulty = new Gpu(Increment, process: process))
        {
            ulong a = faulty.Upload<uint>(new uint[Count], "a");
            faulty.Ok(Launch(faulty, 0, a, a + 2));
            Gpu.Fault(FaultKind.Misaligned, () => faulty.Driver.cuCtxSynchronize());
        }

        Assert.Equal(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, before.Driver.cuCtxSynchronize());
        Assert.Equal(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, before.Driver.cuMemAlloc(out _, 8));
        using var later = new VirtualCudaDriver(process: process);
        Assert.Equal(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, later.cuDevicePrimaryCtxRetain(out _, 0));
        Assert.StartsWith("an earlier fault has ended CUDA in this process: ", later.Reason);
        using var elsewhere = new Gpu(Increment);
        elsewhere.Ok(elsewhere.Driver.cuCtxSynchronize());
    }

    private static Gpu Make(ulong seed) => new(Increment, options: new LaunchOptions { Seed = seed });

    private static nint NewStream(Gpu gpu)
    {
        gpu.Ok(gpu.Driver.cuStreamCreate(out nint stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
        return stream;
    }

    private static CUresult Launch(Gpu gpu, nint stream, ulong from, ulong to) =>
        gpu.Launch("increment", (1, 1, 1), (Count, 1, 1), 0, stream, from, to);

    private static uint* Pinned(Gpu gpu)
    {
        gpu.Ok(gpu.Driver.cuMemHostAlloc(out nint address, Bytes, CUmemhostalloc_flags.CU_MEMHOSTALLOC_NONE));
        return (uint*)address;
    }
}
