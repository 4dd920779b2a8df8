using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>A kernel of a loaded module, with what cuFuncSetAttribute changes.</summary>
internal sealed class VirtualFunction(KernelProgram program)
{
    private const int Granularity = 8;
    private const int Least = 16;

    public KernelProgram Program => program;

    /// <summary>Bytes of dynamic shared memory that a launch may ask for.</summary>
    public int MaxDynamicShared { get; set; } =
        Math.Max(0, DeviceProfile.SharedPerBlock - program.StaticShared);

    public int MaxThreads => program.MaxThreads ?? DeviceProfile.MaxThreadsPerBlock;

    /// <summary>
    /// About what a real assembler allots: the registers live at once, rounded up, and no more than launch bounds
    /// leave.
    /// </summary>
    public int Registers
    {
        get
        {
            int wanted = Math.Max(Least, (program.RegistersPerThread + Granularity) & -Granularity);
            int threads = Math.Max(32, program.MaxThreads ?? 32);
            int most = DeviceProfile.RegistersPerBlock / threads & -Granularity;
            return Math.Min(Math.Min(wanted, most), DeviceProfile.MaxRegistersPerThread);
        }
    }

    /// <summary>Blocks that a multiprocessor holds at once.</summary>
    public int BlocksPerMultiprocessor(DeviceProfile device, int threads, long dynamicShared)
    {
        if (threads <= 0 || threads > MaxThreads)
            return 0;
        int warps = (threads + 31) / 32;
        // Registers are given to warps in units of 256.
        int registersPerWarp = ((Registers * 32) + 255) & ~255;
        int byRegisters = DeviceProfile.RegistersPerBlock / (registersPerWarp * warps);
        int byThreads = device.ThreadsPerMultiprocessor / (warps * 32);
        long shared = program.StaticShared + dynamicShared + DeviceProfile.ReservedSharedPerBlock;
        int byShared = (int)(device.SharedPerMultiprocessor / ((shared + 127) & ~127));
        return Math.Min(Math.Min(byRegisters, byThreads), Math.Min(byShared, device.BlocksPerMultiprocessor));
    }
}
