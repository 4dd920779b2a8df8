using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>A GPU and its limits, as the driver tells them. Memory is in bytes.</summary>
public sealed record CudaDeviceProperties
{
    public required int Ordinal { get; init; }

    /// <summary>The maker's name for it.</summary>
    public required string Name { get; init; }

    public required ComputeCapability Capability { get; init; }

    public required long TotalMemory { get; init; }

    public required int Multiprocessors { get; init; }

    public required int MaxThreadsPerBlock { get; init; }

    public required Dim3 MaxBlock { get; init; }

    public required Dim3 MaxGrid { get; init; }

    public required int RegistersPerBlock { get; init; }

    /// <summary>Shared memory of a block that needs no permission.</summary>
    public required int SharedPerBlock { get; init; }

    /// <summary>Of each multiprocessor; its shared memory of a block needs permission.</summary>
    public required MultiprocessorLimits Limits { get; init; }

    public required int L2Bytes { get; init; }

    /// <summary>What the driver says of a device; the driver is initialised.</summary>
    /// <exception cref="CudaException">A query fails.</exception>
    public static CudaDeviceProperties Read(ICudaDriver driver, int ordinal)
    {
        driver.Check(driver.cuDeviceGet(out int device, ordinal));
        driver.Check(driver.cuDeviceGetName(out string name, device));
        driver.Check(driver.cuDeviceTotalMem(out nuint memory, device));
        return new CudaDeviceProperties
        {
            Ordinal = ordinal,
            Name = name,
            Capability = new ComputeCapability(
                Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)),
            TotalMemory = checked((long)memory),
            Multiprocessors = Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            MaxThreadsPerBlock = Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            MaxBlock = new Dim3(
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X),
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y),
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z)),
            MaxGrid = new Dim3(
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X),
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y),
                (uint)Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z)),
            RegistersPerBlock = Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK),
            SharedPerBlock = Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
            Limits = MultiprocessorLimits.Read(Get),
            L2Bytes = Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE),
        };

        int Get(CUdevice_attribute attribute)
        {
            driver.Check(
                driver.cuDeviceGetAttribute(out int value, attribute, device), $"cuDeviceGetAttribute({attribute})");
            return value;
        }
    }
}
