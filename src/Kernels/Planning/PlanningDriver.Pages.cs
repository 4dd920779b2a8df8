using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Planning;

// Nothing that is planned maps memory.
public sealed unsafe partial class PlanningDriver
{
    public CUresult cuMemGetAllocationGranularity(
        out nuint granularity, in CUmemAllocationProp properties, CUmemAllocationGranularity_flags option)
    {
        granularity = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    public CUresult cuMemAddressReserve(out ulong address, nuint bytes, nuint alignment, ulong wished, ulong flags)
    {
        address = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    public CUresult cuMemAddressFree(ulong address, nuint bytes) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    public CUresult cuMemCreate(out ulong handle, nuint bytes, in CUmemAllocationProp properties, ulong flags)
    {
        handle = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    public CUresult cuMemRelease(ulong handle) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    public CUresult cuMemMap(ulong address, nuint bytes, nuint offset, ulong handle, ulong flags) =>
        CUresult.CUDA_ERROR_NOT_SUPPORTED;

    public CUresult cuMemUnmap(ulong address, nuint bytes) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    public CUresult cuMemSetAccess(ulong address, nuint bytes, CUmemAccessDesc* descriptions, nuint count) =>
        CUresult.CUDA_ERROR_NOT_SUPPORTED;
}
