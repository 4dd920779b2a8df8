namespace MolEngine.Kernels.Device;

/// <summary>
/// What a multiprocessor of an architecture holds (CUDA C++ Programming Guide, "Technical Specifications per Compute
/// Capability"). Memory is in bytes.
/// </summary>
/// <param name="Warps">Resident at a time.</param>
/// <param name="Blocks">Resident at a time.</param>
/// <param name="SharedBytes">For all blocks together, the system's share of each included.</param>
/// <param name="SharedPerBlock">The most of one block.</param>
public sealed record MultiprocessorLimits(
    ComputeCapability Capability, int Warps, int Blocks, int SharedBytes, int SharedPerBlock)
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

    private static readonly MultiprocessorLimits[] All =
    [
        new(new(8, 0), 64, 32, 164 * Ki, 163 * Ki),
        new(new(8, 6), 48, 16, 100 * Ki, 99 * Ki),
        new(new(8, 7), 48, 16, 164 * Ki, 163 * Ki),
        new(new(8, 9), 48, 24, 100 * Ki, 99 * Ki),
        new(new(9, 0), 64, 32, 228 * Ki, 227 * Ki),
        new(new(10, 0), 64, 32, 228 * Ki, 227 * Ki),
        new(new(12, 0), 48, 24, 100 * Ki, 99 * Ki),
    ];

    /// <summary>The architectures of the table.</summary>
    public static IEnumerable<ComputeCapability> Known => All.Select(l => l.Capability);

    /// <summary>Null where the table has no such architecture.</summary>
    public static MultiprocessorLimits? Of(ComputeCapability capability) =>
        All.FirstOrDefault(l => l.Capability == capability);
}
