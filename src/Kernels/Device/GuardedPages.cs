using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// Whole pages of device memory between two at whose addresses nothing lies: a kernel that goes there ends with an
/// illegal address, on every GPU, instead of finding another allocation.
/// </summary>
internal sealed unsafe class GuardedPages
{
    private readonly nuint _page;
    private ulong _reserved, _handle;
    private bool _isMapped;

    private GuardedPages(nuint page, nuint bytes) => (_page, Bytes) = (page, bytes);

    /// <summary>Of its first byte.</summary>
    public ulong Address => _reserved + _page;

    public nuint Bytes { get; }

    private nuint ReservedBytes => Bytes + (2 * _page);

    /// <summary>Why the driver maps no pages on this device; null where it does.</summary>
    /// <param name="context">Made current.</param>
    public static string? Refusal(CudaContext context)
    {
        context.MakeCurrent();
        CudaDeviceProperties device = context.Properties;
        const CUdevice_attribute Support =
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED;
        CUresult asked = context.Driver.cuDeviceGetAttribute(out int isSupported, Support, device.Ordinal);
        if (asked != CUresult.CUDA_SUCCESS || isSupported == 0)
            return $"{Support} is {(asked == CUresult.CUDA_SUCCESS ? "0" : $"{asked}")}";
        try
        {
            Create(context, 1).Release(context.Driver);
            return null;
        }
        catch (CudaException e)
        {
            return e.Message;
        }
    }

    /// <summary>Pages for at least so many bytes; the context is current.</summary>
    /// <exception cref="CudaException">The driver refuses, or has no memory left.</exception>
    public static GuardedPages Create(CudaContext context, nuint bytes)
    {
        ICudaDriver driver = context.Driver;
        int device = context.Properties.Ordinal;
        var properties = CUmemAllocationProp.Of(device);
        driver.Check(driver.cuMemGetAllocationGranularity(
            out nuint page, in properties, CUmemAllocationGranularity_flags.CU_MEM_ALLOC_GRANULARITY_MINIMUM));
        var pages = new GuardedPages(page, (bytes + page - 1) / page * page);
        try
        {
            driver.Check(driver.cuMemAddressReserve(out pages._reserved, pages.ReservedBytes, 0, 0, 0));
            driver.Check(driver.cuMemCreate(out pages._handle, pages.Bytes, in properties, 0));
            driver.Check(driver.cuMemMap(pages.Address, pages.Bytes, 0, pages._handle, 0));
            pages._isMapped = true;
            var access = new CUmemAccessDesc
            {
                location = properties.location,
                flags = CUmemAccess_flags.CU_MEM_ACCESS_FLAGS_PROT_READWRITE,
            };
            driver.Check(driver.cuMemSetAccess(pages.Address, pages.Bytes, &access, 1));
            return pages;
        }
        catch
        {
            pages.Release(driver);
            throw;
        }
    }

    /// <summary>Gives back what there is; the context is current, and nothing queued uses it.</summary>
    public void Release(ICudaDriver driver)
    {
        if (_isMapped)
            _ = driver.cuMemUnmap(Address, Bytes);
        if (_handle != 0)
            _ = driver.cuMemRelease(_handle);
        if (_reserved != 0)
            _ = driver.cuMemAddressFree(_reserved, ReservedBytes);
        (_isMapped, _handle, _reserved) = (false, 0, 0);
    }
}
