using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>The driver of an NVIDIA GPU: every method is the C function of its name.</summary>
/// <exception cref="DllNotFoundException">Out of any method where the machine has no driver library.</exception>
internal sealed unsafe class NativeCudaDriver : ICudaDriver
{
    private const int LongestName = 256;

    public NativeCudaDriver() => NativeLibraries.Bind();

    public CUresult cuInit(uint flags) => CudaDriverApi.cuInit(flags);

    public CUresult cuDriverGetVersion(out int version) => CudaDriverApi.cuDriverGetVersion(out version);

    public CUresult cuDeviceGetCount(out int count) => CudaDriverApi.cuDeviceGetCount(out count);

    public CUresult cuDeviceGet(out int device, int ordinal) => CudaDriverApi.cuDeviceGet(out device, ordinal);

    public CUresult cuDeviceGetUuid(out CUuuid uuid, int device) => CudaDriverApi.cuDeviceGetUuid(out uuid, device);

    public CUresult cuDeviceTotalMem(out nuint bytes, int device) => CudaDriverApi.cuDeviceTotalMem(out bytes, device);

    public CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int device) =>
        CudaDriverApi.cuDeviceGetAttribute(out value, attribute, device);

    public CUresult cuDevicePrimaryCtxRetain(out nint context, int device) =>
        CudaDriverApi.cuDevicePrimaryCtxRetain(out context, device);

    public CUresult cuDevicePrimaryCtxRelease(int device) => CudaDriverApi.cuDevicePrimaryCtxRelease(device);

    public CUresult cuCtxSetCurrent(nint context) => CudaDriverApi.cuCtxSetCurrent(context);

    public CUresult cuCtxGetCurrent(out nint context) => CudaDriverApi.cuCtxGetCurrent(out context);

    public CUresult cuCtxSynchronize() => CudaDriverApi.cuCtxSynchronize();

    public CUresult cuMemGetInfo(out nuint free, out nuint total) => CudaDriverApi.cuMemGetInfo(out free, out total);

    public CUresult cuMemAlloc(out ulong address, nuint bytes) => CudaDriverApi.cuMemAlloc(out address, bytes);

    public CUresult cuMemFree(ulong address) => CudaDriverApi.cuMemFree(address);

    public CUresult cuMemGetAllocationGranularity(
        out nuint granularity, in CUmemAllocationProp properties, CUmemAllocationGranularity_flags option) =>
        CudaDriverApi.cuMemGetAllocationGranularity(out granularity, in properties, option);

    public CUresult cuMemAddressReserve(out ulong address, nuint bytes, nuint alignment, ulong wished, ulong flags) =>
        CudaDriverApi.cuMemAddressReserve(out address, bytes, alignment, wished, flags);

    public CUresult cuMemAddressFree(ulong address, nuint bytes) => CudaDriverApi.cuMemAddressFree(address, bytes);

    public CUresult cuMemCreate(out ulong handle, nuint bytes, in CUmemAllocationProp properties, ulong flags) =>
        CudaDriverApi.cuMemCreate(out handle, bytes, in properties, flags);

    public CUresult cuMemRelease(ulong handle) => CudaDriverApi.cuMemRelease(handle);

    public CUresult cuMemMap(ulong address, nuint bytes, nuint offset, ulong handle, ulong flags) =>
        CudaDriverApi.cuMemMap(address, bytes, offset, handle, flags);

    public CUresult cuMemUnmap(ulong address, nuint bytes) => CudaDriverApi.cuMemUnmap(address, bytes);

    public CUresult cuMemSetAccess(ulong address, nuint bytes, CUmemAccessDesc* descriptions, nuint count) =>
        CudaDriverApi.cuMemSetAccess(address, bytes, descriptions, count);

    public CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags) =>
        CudaDriverApi.cuMemHostAlloc(out address, bytes, flags);

    public CUresult cuMemFreeHost(nint address) => CudaDriverApi.cuMemFreeHost(address);

    public CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes) =>
        CudaDriverApi.cuMemcpyHtoD(destination, source, bytes);

    public CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes) =>
        CudaDriverApi.cuMemcpyDtoH(destination, source, bytes);

    public CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        CudaDriverApi.cuMemcpyAsync(destination, source, bytes, stream);

    public CUresult cuMemsetD8(ulong destination, byte value, nuint count) =>
        CudaDriverApi.cuMemsetD8(destination, value, count);

    public CUresult cuMemsetD32(ulong destination, uint value, nuint count) =>
        CudaDriverApi.cuMemsetD32(destination, value, count);

    public CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) =>
        CudaDriverApi.cuMemsetD8Async(destination, value, count, stream);

    public CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream) =>
        CudaDriverApi.cuMemsetD32Async(destination, value, count, stream);

    public CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues) =>
        CudaDriverApi.cuModuleLoadDataEx(out module, image, optionCount, options, optionValues);

    public CUresult cuModuleUnload(nint module) => CudaDriverApi.cuModuleUnload(module);

    public CUresult cuModuleGetFunction(out nint function, nint module, string name) =>
        CudaDriverApi.cuModuleGetFunction(out function, module, name);

    public CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name) =>
        CudaDriverApi.cuModuleGetGlobal(out address, out bytes, module, name);

    public CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function) =>
        CudaDriverApi.cuFuncGetAttribute(out value, attribute, function);

    public CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value) =>
        CudaDriverApi.cuFuncSetAttribute(function, attribute, value);

    public CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes) =>
        CudaDriverApi.cuOccupancyMaxActiveBlocksPerMultiprocessor(out blocks, function, blockSize, dynamicSharedBytes);

    public CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra) =>
        CudaDriverApi.cuLaunchKernel(
            function, gridX, gridY, gridZ, blockX, blockY,
            blockZ, sharedBytes, stream, kernelParameters, extra);

    public CUresult cuStreamCreate(out nint stream, CUstream_flags flags) =>
        CudaDriverApi.cuStreamCreate(out stream, flags);

    public CUresult cuStreamDestroy(nint stream) => CudaDriverApi.cuStreamDestroy(stream);

    public CUresult cuStreamSynchronize(nint stream) => CudaDriverApi.cuStreamSynchronize(stream);

    public CUresult cuStreamQuery(nint stream) => CudaDriverApi.cuStreamQuery(stream);

    public CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags) =>
        CudaDriverApi.cuStreamWaitEvent(stream, waited, flags);

    public CUresult cuEventCreate(out nint created, CUevent_flags flags) =>
        CudaDriverApi.cuEventCreate(out created, flags);

    public CUresult cuEventDestroy(nint destroyed) => CudaDriverApi.cuEventDestroy(destroyed);

    public CUresult cuEventRecord(nint recorded, nint stream) => CudaDriverApi.cuEventRecord(recorded, stream);

    public CUresult cuEventSynchronize(nint waited) => CudaDriverApi.cuEventSynchronize(waited);

    public CUresult cuEventQuery(nint queried) => CudaDriverApi.cuEventQuery(queried);

    public CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end) =>
        CudaDriverApi.cuEventElapsedTime(out milliseconds, start, end);

    public CUresult cuGetErrorName(CUresult error, out string? name)
    {
        CUresult result = CudaDriverApi.cuGetErrorName(error, out nint text);
        name = result == CUresult.CUDA_SUCCESS ? Marshal.PtrToStringUTF8(text) : null;
        return result;
    }

    public CUresult cuGetErrorString(CUresult error, out string? text)
    {
        CUresult result = CudaDriverApi.cuGetErrorString(error, out nint found);
        text = result == CUresult.CUDA_SUCCESS ? Marshal.PtrToStringUTF8(found) : null;
        return result;
    }

    public CUresult cuDeviceGetName(out string name, int device)
    {
        byte* text = stackalloc byte[LongestName];
        CUresult result = CudaDriverApi.cuDeviceGetName(text, LongestName, device);
        name = result == CUresult.CUDA_SUCCESS ? Marshal.PtrToStringUTF8((nint)text) ?? "" : "";
        return result;
    }
}
