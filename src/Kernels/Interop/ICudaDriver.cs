namespace MolEngine.Kernels.Interop;

/// <summary>
/// The CUDA driver API as far as this program uses it: a method for each C function, with its name (without the
/// version suffix), parameters and status. The native driver is one implementation, the virtual GPU another.
///
/// Types: opaque handles (context, module, function, stream, event) are <c>nint</c>, 0 is none (for a stream: the
/// legacy default stream); a device is an <c>int</c>; device addresses and sizes are <c>ulong</c> and <c>nuint</c>; C
/// strings are .NET strings.
///
/// Threads: any thread may call any method. The current context belongs to the calling thread, as in C; everything
/// from cuMemAlloc on needs one. Calls of one object from two threads at a time are the caller's to order.
///
/// Errors: what C reports by a status is reported by it, and asynchronous faults come out of a later call. A strict
/// implementation may also throw an exception of its own out of any method, where the C API would be silent or
/// undefined (a race, a read of memory that was never written); the call has then had no effect that anyone may rely
/// on, and callers let the exception pass. Handles that are released by a finalizer swallow it, as nothing could catch
/// it there.
/// </summary>
public unsafe interface ICudaDriver
{
    CUresult cuInit(uint flags);

    /// <param name="version">1000 major + 10 minor of the newest CUDA version that the driver supports.</param>
    CUresult cuDriverGetVersion(out int version);

    CUresult cuGetErrorName(CUresult error, out string? name);

    CUresult cuGetErrorString(CUresult error, out string? text);

    CUresult cuDeviceGetCount(out int count);

    CUresult cuDeviceGet(out int device, int ordinal);

    CUresult cuDeviceGetName(out string name, int device);

    CUresult cuDeviceGetUuid(out CUuuid uuid, int device);

    CUresult cuDeviceTotalMem(out nuint bytes, int device);

    CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int device);

    CUresult cuDevicePrimaryCtxRetain(out nint context, int device);

    CUresult cuDevicePrimaryCtxRelease(int device);

    CUresult cuCtxSetCurrent(nint context);

    CUresult cuCtxGetCurrent(out nint context);

    CUresult cuCtxSynchronize();

    CUresult cuMemGetInfo(out nuint free, out nuint total);

    CUresult cuMemAlloc(out ulong address, nuint bytes);

    CUresult cuMemFree(ulong address);

    // A driver that maps no pages need not say so: these are refused.

    /// <summary>What sizes and places of mapped memory are multiples of.</summary>
    CUresult cuMemGetAllocationGranularity(
        out nuint granularity, in CUmemAllocationProp properties, CUmemAllocationGranularity_flags option)
    {
        granularity = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    /// <summary>Addresses with nothing behind them: an access is an illegal address.</summary>
    /// <param name="alignment">A power of two, or 0 for the driver's own.</param>
    /// <param name="wished">Where they should be; 0 for anywhere.</param>
    CUresult cuMemAddressReserve(out ulong address, nuint bytes, nuint alignment, ulong wished, ulong flags)
    {
        address = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    /// <param name="bytes">As they were reserved; nothing may be mapped there.</param>
    CUresult cuMemAddressFree(ulong address, nuint bytes) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    /// <summary>Memory without an address.</summary>
    CUresult cuMemCreate(out ulong handle, nuint bytes, in CUmemAllocationProp properties, ulong flags)
    {
        handle = 0;
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    /// <summary>Memory that is mapped lives on until it is unmapped.</summary>
    CUresult cuMemRelease(ulong handle) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    /// <summary>Puts memory behind reserved addresses, as yet without access.</summary>
    CUresult cuMemMap(ulong address, nuint bytes, nuint offset, ulong handle, ulong flags) =>
        CUresult.CUDA_ERROR_NOT_SUPPORTED;

    CUresult cuMemUnmap(ulong address, nuint bytes) => CUresult.CUDA_ERROR_NOT_SUPPORTED;

    /// <param name="descriptions">So many, one for each device that gets access.</param>
    CUresult cuMemSetAccess(ulong address, nuint bytes, CUmemAccessDesc* descriptions, nuint count) =>
        CUresult.CUDA_ERROR_NOT_SUPPORTED;

    CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags);

    CUresult cuMemFreeHost(nint address);

    CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes);

    CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes);

    /// <summary>
    /// Of unified addressing: each side is device memory or pinned memory, as its address tells, on every device of
    /// compute capability 8.0.
    /// </summary>
    CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream);

    CUresult cuMemsetD8(ulong destination, byte value, nuint count);

    /// <param name="destination">A multiple of 4.</param>
    CUresult cuMemsetD32(ulong destination, uint value, nuint count);

    CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream);

    CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream);

    /// <param name="image">A cubin, or PTX text that ends with a zero byte.</param>
    /// <param name="optionValues">A value, or a pointer, for each option.</param>
    CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues);

    CUresult cuModuleUnload(nint module);

    CUresult cuModuleGetFunction(out nint function, nint module, string name);

    CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name);

    CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function);

    CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value);

    CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes);

    /// <param name="kernelParameters">A pointer to each argument, aligned as its type; read before the call
    /// returns.</param>
    /// <param name="extra">Always null in this program.</param>
    CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra);

    CUresult cuStreamCreate(out nint stream, CUstream_flags flags);

    CUresult cuStreamDestroy(nint stream);

    CUresult cuStreamSynchronize(nint stream);

    /// <returns>CUDA_ERROR_NOT_READY while work is left.</returns>
    CUresult cuStreamQuery(nint stream);

    CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags);

    CUresult cuEventCreate(out nint created, CUevent_flags flags);

    CUresult cuEventDestroy(nint destroyed);

    CUresult cuEventRecord(nint recorded, nint stream);

    CUresult cuEventSynchronize(nint waited);

    /// <returns>CUDA_ERROR_NOT_READY while it has not happened.</returns>
    CUresult cuEventQuery(nint queried);

    /// <param name="milliseconds">Between two events that recorded time.</param>
    CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end);
}
