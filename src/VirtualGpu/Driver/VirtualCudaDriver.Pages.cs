using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Driver;

// Memory that is mapped to addresses page by page. What is mapped anew holds nothing that anybody wrote; memory is
// mapped once at a time, where hardware would map it to several places.
public sealed unsafe partial class VirtualCudaDriver
{
    private const nuint Page = (nuint)DevicePages.Bytes;

    private readonly List<AddressRange> _reserved = [];

    public CUresult cuMemGetAllocationGranularity(
        out nuint granularity, in CUmemAllocationProp properties, CUmemAllocationGranularity_flags option)
    {
        granularity = Page;
        return Check(properties);
    }

    public CUresult cuMemAddressReserve(out ulong address, nuint bytes, nuint alignment, ulong wished, ulong flags)
    {
        address = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (!IsWhole(bytes) || alignment > Page || (alignment & (alignment - 1)) != 0 || flags != 0)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemAddressReserve of {bytes:N0} bytes, alignment {alignment:N0}, flags {flags}: expected whole "
                + $"pages of {Page:N0}, a power of two up to that, and 0");
        }

        var range = new AddressRange(_memory.Reserve(bytes), bytes);
        _reserved.Add(range);
        address = range.Start;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemAddressFree(ulong address, nuint bytes)
    {
        if (_reserved.Find(r => r.Start == address && r.Bytes == bytes) is not { Mappings.Count: 0 } range)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemAddressFree({address:x}, {bytes:N0} bytes): expected a range as it was reserved, with nothing "
                + "mapped in it");
        }

        _reserved.Remove(range);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemCreate(out ulong handle, nuint bytes, in CUmemAllocationProp properties, ulong flags)
    {
        handle = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (Check(properties) is not CUresult.CUDA_SUCCESS and var wrong)
            return wrong;
        if (!IsWhole(bytes) || flags != 0)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemCreate of {bytes:N0} bytes, flags {flags}: expected whole pages of {Page:N0}, and 0");
        }

        if (!_memory.TryTake((long)bytes))
        {
            return Fail(
                CUresult.CUDA_ERROR_OUT_OF_MEMORY,
                $"cuMemCreate of {bytes:N0} bytes: {_memory.Capacity - _memory.InUse:N0} are free");
        }

        handle = (ulong)Add(new PhysicalPages(bytes));
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemRelease(ulong handle)
    {
        if (!Find((nint)handle, out PhysicalPages pages))
            return NoHandle("memory", (nint)handle);
        _objects.Remove((nint)handle);
        pages.IsReleased = true;
        GiveBack(pages);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemMap(ulong address, nuint bytes, nuint offset, ulong handle, ulong flags)
    {
        if (!IsReady(out CUresult status))
            return status;
        if (!Find((nint)handle, out PhysicalPages pages))
            return NoHandle("memory", (nint)handle);
        AddressRange? range = _reserved.Find(r => r.Holds(address, bytes));
        if (range is null || address % Page != 0 || !IsWhole(bytes) || bytes > pages.Bytes || offset != 0 || flags != 0
            || pages.IsMapped || range.Mappings.Exists(m => m.Overlaps(address, bytes)))
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemMap({address:x}, {bytes:N0} bytes): expected whole pages of memory that is not mapped, at "
                + "reserved addresses with nothing behind them, offset and flags 0");
        }

        pages.IsMapped = true;
        range.Mappings.Add(new PageMapping(address, bytes, pages));
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Work that still uses the memory meets freed memory when it runs.</summary>
    public CUresult cuMemUnmap(ulong address, nuint bytes)
    {
        AddressRange? range = _reserved.Find(r => r.Holds(address, bytes));
        if (range?.Mappings.Find(m => m.Start == address && m.Bytes == bytes) is not { } mapping)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemUnmap({address:x}, {bytes:N0} bytes): expected a range as it was mapped");
        }

        range.Mappings.Remove(mapping);
        if (mapping.Allocation is { } allocation)
            _memory.Free(allocation);
        mapping.Pages.IsMapped = false;
        GiveBack(mapping.Pages);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemSetAccess(ulong address, nuint bytes, CUmemAccessDesc* descriptions, nuint count)
    {
        if (!IsReady(out CUresult status))
            return status;
        PageMapping? mapping = _reserved.Find(r => r.Holds(address, bytes))?
            .Mappings.Find(m => m.Start == address && m.Bytes == bytes);
        if (mapping is null || count != 1 || !IsHere(descriptions->location)
            || descriptions->flags != CUmemAccess_flags.CU_MEM_ACCESS_FLAGS_PROT_READWRITE)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemSetAccess({address:x}, {bytes:N0} bytes): expected a range as it was mapped, and this device, "
                + "to read and write");
        }

        mapping.Allocation ??= _memory.Map(address, (long)bytes);
        return CUresult.CUDA_SUCCESS;
    }

    private void GiveBack(PhysicalPages pages)
    {
        if (pages is { IsReleased: true, IsMapped: false })
            _memory.GiveBack((long)pages.Bytes);
    }

    private CUresult Check(in CUmemAllocationProp properties) =>
        properties.type == CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED && IsHere(properties.location)
        && properties.requestedHandleTypes == 0
            ? CUresult.CUDA_SUCCESS
            : Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                "CUmemAllocationProp: expected pinned memory of this device, for this process");

    private static bool IsHere(CUmemLocation location) =>
        location is { type: CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE, id: 0 };

    private static bool IsWhole(nuint bytes) => bytes > 0 && bytes % Page == 0;
}
