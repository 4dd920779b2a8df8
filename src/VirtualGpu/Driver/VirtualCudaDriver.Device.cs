using System.Text;
using MolEngine.Kernels.Interop;

namespace MolEngine.VirtualGpu.Driver;

// Initialisation, devices, contexts.
public sealed unsafe partial class VirtualCudaDriver
{
    /// <summary>CUDA 13.0: newer than every PTX that this program makes.</summary>
    private const int DriverVersion = 13_000;

    public CUresult cuInit(uint flags) => CUresult.CUDA_SUCCESS;

    public CUresult cuDriverGetVersion(out int version)
    {
        version = DriverVersion;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuGetErrorName(CUresult error, out string? name)
    {
        name = Enum.IsDefined(error) ? error.ToString() : null;
        return name is null ? CUresult.CUDA_ERROR_INVALID_VALUE : CUresult.CUDA_SUCCESS;
    }

    public CUresult cuGetErrorString(CUresult error, out string? text)
    {
        CUresult status = cuGetErrorName(error, out string? name);
        text = name?.Replace("CUDA_ERROR_", "", StringComparison.Ordinal).Replace('_', ' ').ToLowerInvariant();
        if (text is not null && Reason.Length > 0)
            text += $" (virtual GPU: {Reason})";
        return status;
    }

    public CUresult cuDeviceGetCount(out int count)
    {
        count = 1;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuDeviceGet(out int device, int ordinal)
    {
        device = 0;
        return CheckDevice(ordinal);
    }

    public CUresult cuDeviceGetName(out string name, int device)
    {
        name = Device.Name;
        return CheckDevice(device);
    }

    public CUresult cuDeviceGetUuid(out CUuuid uuid, int device)
    {
        uuid = default;
        Encoding.ASCII.GetBytes("virtual gpu 0000").CopyTo((Span<byte>)uuid);
        return CheckDevice(device);
    }

    public CUresult cuDeviceTotalMem(out nuint bytes, int device)
    {
        bytes = (nuint)Device.MemoryBytes;
        return CheckDevice(device);
    }

    public CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int device)
    {
        value = Attribute(attribute) ?? 0;
        return Enum.IsDefined(attribute)
            ? CheckDevice(device)
            : Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"device attribute {(int)attribute} is not known");
    }

    public CUresult cuDevicePrimaryCtxRetain(out nint context, int device)
    {
        context = 0;
        if (!IsAlive(out CUresult status))
            return status;
        context = PrimaryContext;
        _retained++;
        return CheckDevice(device);
    }

    public CUresult cuDevicePrimaryCtxRelease(int device)
    {
        if (_retained == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_CONTEXT,
                "the primary context was released more often than retained");
        _retained--;
        return CheckDevice(device);
    }

    public CUresult cuCtxSetCurrent(nint context)
    {
        if (context is not (0 or PrimaryContext))
            return Fail(CUresult.CUDA_ERROR_INVALID_CONTEXT, $"context {context} is not the primary context");
        _current.Value = context;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuCtxGetCurrent(out nint context)
    {
        context = _current.Value;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuCtxSynchronize()
    {
        Waits++;
        return Strict(_scheduler.SynchroniseAll);
    }

    private CUresult CheckDevice(int device) => device == 0
        ? CUresult.CUDA_SUCCESS
        : Fail(CUresult.CUDA_ERROR_INVALID_DEVICE, $"device {device}: expected 0, the only one");

    private int? Attribute(CUdevice_attribute attribute) => attribute switch
    {
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK => DeviceProfile.MaxThreadsPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X => DeviceProfile.MaxThreadsPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => DeviceProfile.MaxThreadsPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => DeviceProfile.MaxBlockZ,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => DeviceProfile.MaxGridX,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y => DeviceProfile.MaxGridYz,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => DeviceProfile.MaxGridYz,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => DeviceProfile.SharedPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN => Device.SharedPerBlockOptIn,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => Device.SharedPerMultiprocessor,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK => DeviceProfile.ReservedSharedPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY => 64 * 1024,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE => 32,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK => DeviceProfile.RegistersPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR => DeviceProfile.RegistersPerBlock,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => Device.Multiprocessors,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR => Device.ThreadsPerMultiprocessor,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => Device.BlocksPerMultiprocessor,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => Device.ComputeCapability / 10,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => Device.ComputeCapability % 10,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS => 1,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING => 1,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED => 1,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT => 1,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE => 1_000_000,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => 1_000_000,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => 256,
        CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => 4 << 20,
        _ => null,
    };
}
