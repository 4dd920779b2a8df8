using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Planning;

public sealed unsafe partial class PlanningDriver
{
    private const int DriverVersion = 12060, ThreadsOfBlock = 1024, GridLimit = 65_535, Registers = 65_536;

    private nint _current;

    public CUresult cuInit(uint flags) => CUresult.CUDA_SUCCESS;

    public CUresult cuDriverGetVersion(out int version) => Out(DriverVersion, out version);

    public CUresult cuGetErrorName(CUresult error, out string? name) => Out($"{error}", out name);

    public CUresult cuGetErrorString(CUresult error, out string? text) => Out("", out text);

    public CUresult cuDeviceGetCount(out int count) => Out(1, out count);

    public CUresult cuDeviceGet(out int found, int ordinal)
    {
        found = 0;
        return ordinal == 0 ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_INVALID_DEVICE;
    }

    public CUresult cuDeviceGetName(out string name, int ordinal) => Out(device.Name, out name);

    public CUresult cuDeviceGetUuid(out CUuuid uuid, int ordinal) => Out(default, out uuid);

    public CUresult cuDeviceTotalMem(out nuint bytes, int ordinal) => Out((nuint)device.MemoryBytes, out bytes);

    public CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int ordinal) => Out(
        attribute switch
        {
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => device.Capability.Major,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => device.Capability.Minor,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => device.Multiprocessors,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => int.MaxValue,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y
                or CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => GridLimit,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK => Registers,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => 48 << 10,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN =>
                device.Limits.SharedPerBlock,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => device.Limits.SharedBytes,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR =>
                device.Limits.Warps * MultiprocessorLimits.WarpSize,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => device.Limits.Blocks,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => 40 << 20,
            _ => ThreadsOfBlock,
        }, out value);

    public CUresult cuDevicePrimaryCtxRetain(out nint context, int ordinal) => Out(_nextHandle++, out context);

    public CUresult cuDevicePrimaryCtxRelease(int ordinal) => CUresult.CUDA_SUCCESS;

    public CUresult cuCtxSetCurrent(nint context)
    {
        _current = context;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuCtxGetCurrent(out nint context) => Out(_current, out context);

    public CUresult cuCtxSynchronize() => CUresult.CUDA_SUCCESS;

    public CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues) =>
        Out(_nextHandle++, out module);

    public CUresult cuModuleUnload(nint module) => CUresult.CUDA_SUCCESS;

    public CUresult cuModuleGetFunction(out nint function, nint module, string name) =>
        Out(_nextHandle++, out function);

    public CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name)
    {
        (address, bytes) = (0, 0);
        return CUresult.CUDA_ERROR_NOT_FOUND;
    }

    public CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function) => Out(
        attribute == CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK ? ThreadsOfBlock : 0, out value);

    public CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value) =>
        CUresult.CUDA_SUCCESS;

    public CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes) => Out(1, out blocks);

    public CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra) => CUresult.CUDA_SUCCESS;

    public CUresult cuStreamCreate(out nint stream, CUstream_flags flags) => Out(_nextHandle++, out stream);

    public CUresult cuStreamDestroy(nint stream) => CUresult.CUDA_SUCCESS;

    public CUresult cuStreamSynchronize(nint stream) => CUresult.CUDA_SUCCESS;

    public CUresult cuStreamQuery(nint stream) => CUresult.CUDA_SUCCESS;

    public CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags) => CUresult.CUDA_SUCCESS;

    public CUresult cuEventCreate(out nint created, CUevent_flags flags) => Out(_nextHandle++, out created);

    public CUresult cuEventDestroy(nint destroyed) => CUresult.CUDA_SUCCESS;

    public CUresult cuEventRecord(nint recorded, nint stream) => CUresult.CUDA_SUCCESS;

    public CUresult cuEventSynchronize(nint waited) => CUresult.CUDA_SUCCESS;

    public CUresult cuEventQuery(nint queried) => CUresult.CUDA_SUCCESS;

    public CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end) => Out(0f, out milliseconds);

    private static CUresult Out<T>(T value, out T result)
    {
        result = value;
        return CUresult.CUDA_SUCCESS;
    }
}
