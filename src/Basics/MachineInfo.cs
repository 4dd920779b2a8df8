using Microsoft.Win32;

namespace MolEngine.Basics;

/// <summary>The machine as doctor and run reports name it.</summary>
/// <param name="Processor">The maker's name for it.</param>
/// <param name="TotalMemory">Bytes that this process may use at most: the machine's, or its container's.</param>
/// <param name="AvailableMemory">Bytes that are free or can be freed at once.</param>
public sealed record MachineInfo(string Processor, long TotalMemory, long AvailableMemory)
{
    private const string WindowsProcessorKey = @"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0";

    /// <summary>
    /// Cores of the machine, of those too that this process is kept from: a launcher may have bound it to some.
    /// </summary>
    public static int Cores
    {
        get
        {
            const string Online = "/sys/devices/system/cpu/online";
            try
            {
                // "0-3,8" is five of them.
                int online = File.ReadAllText(Online).Trim().Split(',')
                    .Select(range => range.Split('-')).Sum(ends => int.Parse(ends[^1]) - int.Parse(ends[0]) + 1);
                return Math.Max(online, Environment.ProcessorCount);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                return Environment.ProcessorCount;
            }
        }
    }

    public static MachineInfo Read()
    {
        // What the runtime saw at its last collection: physical memory, or the container's limit.
        GCMemoryInfo memory = GC.GetGCMemoryInfo(GCKind.Any);
        long limit = memory.TotalAvailableMemoryBytes;
        long free = Math.Max(0, limit - memory.MemoryLoadBytes);
        if (ReadField("/proc/meminfo", "MemTotal") is { } total)
            limit = Math.Min(limit, Kibibytes(total));
        if (ReadField("/proc/meminfo", "MemAvailable") is { } available)
            free = Math.Min(limit, Kibibytes(available));
        return new MachineInfo(ProcessorName(), limit, free);
    }

    private static string ProcessorName()
    {
        string? name = ReadField("/proc/cpuinfo", "model name");
        if (name is null && OperatingSystem.IsWindows())
            name = Registry.GetValue(WindowsProcessorKey, "ProcessorNameString", null) as string;
        return name?.Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }

    /// <summary>A "name : value" line of a /proc file, or null.</summary>
    private static string? ReadField(string path, string name)
    {
        if (!File.Exists(path))
            return null;
        string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim();
    }

    /// <summary>"24045212 kB" in bytes.</summary>
    private static long Kibibytes(string text) => long.Parse(text.Split(' ')[0]) << 10;
}
