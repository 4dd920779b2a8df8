namespace MolEngine.VirtualGpu.Driver;

/// <summary>The limits of a real device that the virtual one keeps to.</summary>
/// <param name="ComputeCapability">80 for sm_80.</param>
/// <param name="SharedPerBlockOptIn">Bytes that a block may have after cuFuncSetAttribute.</param>
/// <param name="SharedPerMultiprocessor">Bytes, of which 1 KiB is reserved for each block.</param>
public sealed record DeviceProfile(
    string Name, int ComputeCapability, int Multiprocessors, int SharedPerBlockOptIn, int SharedPerMultiprocessor,
    int ThreadsPerMultiprocessor, int BlocksPerMultiprocessor, long MemoryBytes)
{
    /// <summary>Static shared memory, and dynamic without cuFuncSetAttribute.</summary>
    public const int SharedPerBlock = 48 * 1024;

    public const int ReservedSharedPerBlock = 1024;
    public const int RegistersPerBlock = 65_536;
    public const int MaxRegistersPerThread = 255;
    public const int MaxThreadsPerBlock = 1024;
    public const int MaxBlockZ = 64;
    public const int MaxGridX = int.MaxValue;
    public const int MaxGridYz = 65_535;
    public const int MaxParameterBytes = 4096;

    public static readonly DeviceProfile Sm80 =
        new("virtual sm_80", 80, 108, 163 * 1024, 164 * 1024, 2048, 32, 8L << 30);

    public static readonly DeviceProfile Sm86 =
        new("virtual sm_86", 86, 82, 99 * 1024, 100 * 1024, 1536, 16, 8L << 30);

    public static readonly DeviceProfile Sm89 =
        new("virtual sm_89", 89, 128, 99 * 1024, 100 * 1024, 1536, 24, 8L << 30);

    public static readonly DeviceProfile Sm90 =
        new("virtual sm_90", 90, 132, 227 * 1024, 228 * 1024, 2048, 32, 8L << 30);

    public static readonly DeviceProfile Sm100 =
        new("virtual sm_100", 100, 148, 227 * 1024, 228 * 1024, 2048, 32, 8L << 30);

    public static readonly DeviceProfile Sm120 =
        new("virtual sm_120", 120, 170, 99 * 1024, 100 * 1024, 1536, 24, 8L << 30);

    /// <summary>A device of the future, in no table, with the least of what the others have and an odd size.</summary>
    public static readonly DeviceProfile Unknown =
        new("virtual sm_137", 137, 5, 99 * 1024, 100 * 1024, 1536, 16, 8L << 30);

    public static readonly IReadOnlyList<DeviceProfile> All = [Sm80, Sm86, Sm89, Sm90, Sm100, Sm120, Unknown];
}
