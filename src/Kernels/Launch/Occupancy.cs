using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Launch;

/// <summary>How full a kernel makes a multiprocessor.</summary>
/// <param name="Blocks">Resident at a time; 0 where not even one fits.</param>
/// <param name="Warps">Resident at a time.</param>
/// <param name="Limit">What allows no more blocks.</param>
public sealed record Occupancy(int Blocks, int Warps, double Share, string Limit)
{
    /// <summary>
    /// The arithmetic of NVIDIA's occupancy calculator: warps, blocks, registers and shared memory each allow so many
    /// blocks, and the least counts.
    /// </summary>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="registers">Registers of a thread.</param>
    /// <param name="sharedBytes">Bytes of a block, declared and dynamic together.</param>
    public static Occupancy Of(MultiprocessorLimits limits, int threads, int registers, int sharedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(registers);
        ArgumentOutOfRangeException.ThrowIfNegative(sharedBytes);
        int warps = DivideUp(threads, MultiprocessorLimits.WarpSize);
        (int Blocks, string Limit)[] allowed =
        [
            (limits.Warps / warps, "warps"),
            (limits.Blocks, "blocks"),
            (ByRegisters(warps, registers), "registers"),
            (ByShared(limits, sharedBytes), "shared memory"),
        ];
        (int blocks, string limit) = threads > MultiprocessorLimits.MaxThreadsPerBlock
            ? (0, "threads of a block")
            : allowed.MinBy(a => a.Blocks);
        return new Occupancy(blocks, blocks * warps, (double)blocks * warps / limits.Warps, limit);
    }

    private static int ByRegisters(int warps, int registers)
    {
        if (registers == 0)
            return int.MaxValue;
        int perWarp = MultiprocessorLimits.RegisterGranularity
            * DivideUp(registers * MultiprocessorLimits.WarpSize, MultiprocessorLimits.RegisterGranularity);
        int perPartition = MultiprocessorLimits.Registers / MultiprocessorLimits.Partitions / perWarp;
        return perPartition * MultiprocessorLimits.Partitions / warps;
    }

    private static int ByShared(MultiprocessorLimits limits, int bytes)
    {
        if (bytes > limits.SharedPerBlock)
            return 0;
        int taken = MultiprocessorLimits.SharedGranularity
            * DivideUp(bytes + MultiprocessorLimits.SharedReserved, MultiprocessorLimits.SharedGranularity);
        return limits.SharedBytes / taken;
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
