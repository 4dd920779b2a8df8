using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Driver;

/// <summary>Pinned memory of the host that kernels work in.</summary>
public sealed unsafe class MappedMemoryTests : IDisposable
{
    private const int Count = 64;
    private const nuint Bytes = Count * 4;

    private readonly Gpu _gpu = new(StreamTests.Increment);

    [Fact]
    public void Kernels_read_and_write_it_at_the_host_s_own_address()
    {
        long before = _gpu.Driver.HeldBytes;
        ulong a = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP);
        _gpu.Ok(_gpu.Driver.cuMemsetD32(a, 4, Count));
        _gpu.Ok(Launch(a, a));
        _gpu.Ok(_gpu.Driver.cuCtxSynchronize());
        Assert.All(new ReadOnlySpan<uint>((void*)a, Count).ToArray(), v => Assert.Equal(5u, v));
        Assert.Equal(before, _gpu.Driver.HeldBytes);
        _gpu.Ok(_gpu.Driver.cuMemFreeHost((nint)a));
    }

    [Fact]
    public void A_queued_copy_takes_it_for_device_memory_on_either_side()
    {
        ulong mapped = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP), device = _gpu.Allocate(
            (long)Bytes, "device");
        ulong pinned = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_PORTABLE);
        new Span<uint>((void*)pinned, Count).Fill(7);
        _gpu.Ok(_gpu.Driver.cuMemcpyAsync(mapped, pinned, Bytes, 0));
        _gpu.Ok(_gpu.Driver.cuMemcpyAsync(device, mapped, Bytes, 0));
        _gpu.Ok(Launch(device, mapped));
        _gpu.Ok(_gpu.Driver.cuCtxSynchronize());
        _gpu.Ok(_gpu.Driver.cuMemcpyAsync(pinned, mapped, Bytes, 0));
        _gpu.Ok(_gpu.Driver.cuCtxSynchronize());
        Assert.All(new ReadOnlySpan<uint>((void*)pinned, Count).ToArray(), v => Assert.Equal(8u, v));
    }

    [Fact]
    public void What_nothing_has_written_may_not_be_read()
    {
        ulong a = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP);
        _gpu.Driver.NameAllocation(a, Bytes, "moments");
        _gpu.Ok(Launch(a, _gpu.Allocate((long)Bytes, "b")));
        VirtualGpuFault fault = Gpu.Fault(FaultKind.Uninitialised, () => _gpu.Driver.cuCtxSynchronize());
        Assert.Equal("moments", fault.Allocation);
    }

    [Fact]
    public void Freed_under_a_queued_launch_it_is_reported()
    {
        ulong a = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP);
        _gpu.Ok(_gpu.Driver.cuMemsetD32(a, 4, Count));
        _gpu.Ok(Launch(a, a));
        _gpu.Ok(_gpu.Driver.cuMemFreeHost((nint)a));
        Gpu.Fault(FaultKind.UseAfterFree, () => _gpu.Driver.cuCtxSynchronize());
    }

    [Fact]
    public void Kernels_do_not_reach_what_is_not_mapped()
    {
        ulong a = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_PORTABLE);
        _gpu.Ok(Launch(a, a));
        Gpu.Fault(FaultKind.OutOfBounds, () => _gpu.Driver.cuCtxSynchronize());
    }

    /// <summary>The host's allocator gives addresses out again: what was freed there is forgotten then.</summary>
    [Fact]
    public void Memory_comes_and_goes()
    {
        for (int i = 0; i < 200; i++)
        {
            ulong a = Allocate(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP);
            _gpu.Ok(_gpu.Driver.cuMemsetD32(a, (uint)i, Count));
            _gpu.Ok(Launch(a, a));
            _gpu.Ok(_gpu.Driver.cuCtxSynchronize());
            Assert.Equal((uint)i + 1, *(uint*)a);
            _gpu.Ok(_gpu.Driver.cuMemFreeHost((nint)a));
            Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, _gpu.Driver.cuMemFreeHost((nint)a));
        }

        Assert.Equal(0, _gpu.Driver.LiveAllocations);
    }

    public void Dispose() => _gpu.Dispose();

    private ulong Allocate(CUmemhostalloc_flags flags)
    {
        _gpu.Ok(_gpu.Driver.cuMemHostAlloc(out nint address, Bytes, flags));
        return (ulong)address;
    }

    private CUresult Launch(ulong from, ulong to) =>
        _gpu.Launch("increment", (1, 1, 1), (Count, 1, 1), 0, 0, from, to);
}
