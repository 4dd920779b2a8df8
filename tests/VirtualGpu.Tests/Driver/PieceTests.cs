using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests.Driver;

/// <summary>Pieces of an allocation: each is reached by its own address, and by no other way.</summary>
public sealed unsafe class PieceTests : IDisposable
{
    private readonly Gpu _gpu = new();

    public void Dispose() => _gpu.Dispose();

    private VirtualCudaDriver Driver => _gpu.Driver;

    [Fact]
    public void A_fill_of_the_whole_reaches_its_pieces_and_what_they_were_before()
    {
        ulong whole = _gpu.Allocate(4096, "whole");
        ulong first = Driver.Divide(whole, 0, 100, "first");
        _gpu.Ok(Driver.cuMemsetD8(whole, 3, 1024));
        ulong second = Driver.Divide(whole, 512, 600, "second");
        _gpu.Ok(Driver.cuMemsetD8(first, 9, 100));
        var values = new byte[512];
        fixed (byte* to = values)
        {
            _gpu.Ok(Driver.cuMemcpyDtoH(to, second, 512));
            Assert.All(values, v => Assert.Equal(3, v));
            _gpu.Ok(Driver.cuMemcpyDtoH(to, first, 100));
            Assert.All(values[..100], v => Assert.Equal(9, v));
        }

        // Of the second piece, bytes from 512 on were never written.
        Assert.Equal(FaultKind.Uninitialised, Assert.Throws<VirtualGpuFault>(() => Read(second, 513)).Kind);
    }

    [Fact]
    public void A_divided_allocation_is_not_read_under_its_own_address()
    {
        ulong whole = _gpu.Allocate(4096, "whole");
        _gpu.Ok(Driver.cuMemsetD8(whole, 1, 4096));
        Read(whole, 4096);
        Driver.Divide(whole, 256, 100, "piece");
        var fault = Assert.Throws<VirtualGpuFault>(() => Read(whole, 10));
        Assert.Equal(FaultKind.OutOfBounds, fault.Kind);
        Assert.Contains("'whole' (4,096 bytes) at offset 0: it is given out in pieces", fault.Message);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(128, 10)]
    [InlineData(3840, 257)]
    [InlineData(4096, 1)]
    [InlineData(1024, 10)]
    [InlineData(768, 257)]
    public void A_piece_lies_inside_aligned_and_apart(int offset, int bytes)
    {
        ulong whole = _gpu.Allocate(4096, "whole");
        Driver.Divide(whole, 1024, 100, "there");
        var fault = Assert.Throws<VirtualGpuFault>(() => Driver.Divide(whole, (ulong)offset, (ulong)bytes, "new"));
        Assert.Equal(FaultKind.OutOfBounds, fault.Kind);
        Driver.Divide(whole, 1280, 10, "behind");
    }

    [Fact]
    public void A_piece_is_neither_freed_nor_divided()
    {
        ulong whole = _gpu.Allocate(4096, "whole");
        ulong piece = Driver.Divide(whole, 0, 512, "piece");
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, Driver.cuMemFree(piece));
        Assert.Throws<VirtualGpuFault>(() => Driver.Divide(piece, 0, 256, "of a piece"));
        Assert.Throws<VirtualGpuFault>(() => Driver.Divide(whole + 256, 0, 256, "inside"));
        int live = Driver.LiveAllocations;
        _gpu.Ok(Driver.cuMemFree(whole));
        Assert.Equal(live - 1, Driver.LiveAllocations);
        Assert.Throws<VirtualGpuFault>(() => Driver.Divide(whole, 1024, 256, "of what is gone"));
        Assert.Equal(FaultKind.UseAfterFree, Assert.Throws<VirtualGpuFault>(() => Read(piece, 1)).Kind);
    }

    private void Read(ulong address, int count)
    {
        var values = new byte[count];
        fixed (byte* to = values)
            _gpu.Ok(Driver.cuMemcpyDtoH(to, address, (nuint)count));
    }
}
