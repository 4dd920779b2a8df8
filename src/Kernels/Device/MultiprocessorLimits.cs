using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// What a multiprocessor holds: of a GPU at hand, as its driver says; of any other, by the table of the CUDA C++
/// Programming Guide, "Technical Specifications per Compute Capability". Memory is in bytes.
/// </summary>
/// <param name="Warps">Resident at a time.</param>
/// <param name="Blocks">Resident at a time.</param>
/// <param name="SharedBytes">For all blocks together, the system's share of each included.</param>
/// <param name="SharedPerBlock">The most of one block.</param>
public sealed record MultiprocessorLimits(
    int Warps, int Blocks, int SharedBytes, int SharedPerBlock)
{
    public const int Registers = 65536;
    public const int WarpSize = 32;
    public const int MaxThreadsPerBlock = 1024;

    /// <summary>Registers are given to a warp in pieces of so many.</summary>
    public const int RegisterGranularity = 256;

    /// <summary>The four partitions of a multiprocessor get whole warps.</summary>
    public const int Partitions = 4;

    public const int SharedGranularity = 128;

    /// <summary>What the system takes of each block's shared memory.</summary>
    public const int SharedReserved = 1024;

    private const int Ki = 1024;

    /// <summary>By architecture, ascending.</summary>
    private static readonly (ComputeCapability Since, MultiprocessorLimits Limits)[] Table =
    [
        (new(8, 0), new(64, 32, 164 * Ki, 163 * Ki)),
        (new(8, 6), new(48, 16, 100 * Ki, 99 * Ki)),
        (new(8, 7), new(48, 16, 164 * Ki, 163 * Ki)),
        (new(8, 9), new(48, 24, 100 * Ki, 99 * Ki)),
        (new(9, 0), new(64, 32, 228 * Ki, 227 * Ki)),
        (new(10, 0), new(64, 32, 228 * Ki, 227 * Ki)),
        (new(12, 0), new(48, 24, 100 * Ki, 99 * Ki)),
    ];

    /// <summary>The architectures of the table.</summary>
    public static IEnumerable<ComputeCapability> Known => Table.Select(r => r.Since);

    /// <summary>The table's row of an architecture, or the nearest one below: of 12.1, that of 12.0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below <see cref="ComputeCapability.Least"/>.</exception>
    public static MultiprocessorLimits Of(ComputeCapability capability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capability, ComputeCapability.Least);
        return Table.Last(r => r.Since <= capability).Limits;
    }

    /// <summary>What a driver says of a device.</summary>
    /// <param name="attribute">Answers for the device.</param>
    public static MultiprocessorLimits Read(Func<CUdevice_attribute, int> attribute) => new(
        attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR) / WarpSize,
        attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR),
        attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR),
        attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
}
