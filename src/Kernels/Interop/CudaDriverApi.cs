using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// The driver's C functions, verbatim: the newest version of each that every CUDA 12 driver has.
/// (cuEventElapsedTime_v2 is of 12.8 and does the same as the plain one.)
/// </summary>
internal static unsafe partial class CudaDriverApi
{
    private const string Library = NativeLibraries.Driver;

    [LibraryImport(Library)]
    internal static partial CUresult cuInit(uint flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuDriverGetVersion(out int version);

    [LibraryImport(Library)]
    internal static partial CUresult cuGetErrorName(CUresult error, out nint text);

    [LibraryImport(Library)]
    internal static partial CUresult cuGetErrorString(CUresult error, out nint text);

    [LibraryImport(Library)]
    internal static partial CUresult cuDeviceGetCount(out int count);

    [LibraryImport(Library)]
    internal static partial CUresult cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Library)]
    internal static partial CUresult cuDeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetUuid_v2")]
    internal static partial CUresult cuDeviceGetUuid(out CUuuid uuid, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    internal static partial CUresult cuDeviceTotalMem(out nuint bytes, int device);

    [LibraryImport(Library)]
    internal static partial CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int device);

    [LibraryImport(Library)]
    internal static partial CUresult cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    internal static partial CUresult cuDevicePrimaryCtxRelease(int device);

    [LibraryImport(Library)]
    internal static partial CUresult cuCtxSetCurrent(nint context);

    [LibraryImport(Library)]
    internal static partial CUresult cuCtxGetCurrent(out nint context);

    [LibraryImport(Library)]
    internal static partial CUresult cuCtxSynchronize();

    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    internal static partial CUresult cuMemGetInfo(out nuint free, out nuint total);

    [LibraryImport(Library, EntryPoint = "cuMemAlloc_v2")]
    internal static partial CUresult cuMemAlloc(out ulong address, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cuMemFree_v2")]
    internal static partial CUresult cuMemFree(ulong address);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemGetAllocationGranularity(
        out nuint granularity, in CUmemAllocationProp properties, CUmemAllocationGranularity_flags option);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemAddressReserve(
        out ulong address, nuint bytes, nuint alignment, ulong wished, ulong flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemAddressFree(ulong address, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemCreate(
        out ulong handle, nuint bytes, in CUmemAllocationProp properties, ulong flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemRelease(ulong handle);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemMap(ulong address, nuint bytes, nuint offset, ulong handle, ulong flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemUnmap(ulong address, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemSetAccess(
        ulong address, nuint bytes, CUmemAccessDesc* descriptions, nuint count);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemFreeHost(nint address);

    [LibraryImport(Library, EntryPoint = "cuMemcpyHtoD_v2")]
    internal static partial CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoH_v2")]
    internal static partial CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemsetD8_v2")]
    internal static partial CUresult cuMemsetD8(ulong destination, byte value, nuint count);

    [LibraryImport(Library, EntryPoint = "cuMemsetD32_v2")]
    internal static partial CUresult cuMemsetD32(ulong destination, uint value, nuint count);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues);

    [LibraryImport(Library)]
    internal static partial CUresult cuModuleUnload(nint module);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CUresult cuModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Library, EntryPoint = "cuModuleGetGlobal_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name);

    [LibraryImport(Library)]
    internal static partial CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function);

    [LibraryImport(Library)]
    internal static partial CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value);

    [LibraryImport(Library)]
    internal static partial CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes);

    [LibraryImport(Library)]
    internal static partial CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra);

    [LibraryImport(Library)]
    internal static partial CUresult cuStreamCreate(out nint stream, CUstream_flags flags);

    [LibraryImport(Library, EntryPoint = "cuStreamDestroy_v2")]
    internal static partial CUresult cuStreamDestroy(nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuStreamSynchronize(nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuStreamQuery(nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags);

    [LibraryImport(Library)]
    internal static partial CUresult cuEventCreate(out nint created, CUevent_flags flags);

    [LibraryImport(Library, EntryPoint = "cuEventDestroy_v2")]
    internal static partial CUresult cuEventDestroy(nint destroyed);

    [LibraryImport(Library)]
    internal static partial CUresult cuEventRecord(nint recorded, nint stream);

    [LibraryImport(Library)]
    internal static partial CUresult cuEventSynchronize(nint waited);

    [LibraryImport(Library)]
    internal static partial CUresult cuEventQuery(nint queried);

    [LibraryImport(Library)]
    internal static partial CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end);
}
