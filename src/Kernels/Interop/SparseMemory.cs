using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// Zeros that take the host's memory only where they are touched, on Linux in any size that addresses go round for:
/// elsewhere as the system's allocator has it.
/// </summary>
public static unsafe partial class SparseMemory
{
    // sys/mman.h of Linux.
    private const int ProtRead = 1, ProtWrite = 2, MapPrivate = 2, MapAnonymous = 0x20, MapNoReserve = 0x4000;
    private const int DontNeed = 4;

    /// <summary>Whole pages of zeros.</summary>
    /// <exception cref="OutOfMemoryException">The system does not give so much.</exception>
    public static byte* Allocate(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
            return (byte*)NativeMemory.AllocZeroed(bytes);
        nint memory = mmap(
            0, bytes, ProtRead | ProtWrite, MapPrivate | MapAnonymous | MapNoReserve, descriptor: -1, offset: 0);
        return memory == -1
            ? throw new OutOfMemoryException($"no addresses for {bytes} bytes of memory")
            : (byte*)memory;
    }

    /// <summary>Makes all of what was allocated zeros again.</summary>
    public static void Clear(byte* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || madvise((nint)memory, bytes, DontNeed) != 0)
            NativeMemory.Clear(memory, bytes);
    }

    /// <param name="bytes">As it was allocated.</param>
    public static void Free(byte* memory, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = munmap((nint)memory, bytes);
        else
            NativeMemory.Free(memory);
    }

    [LibraryImport("libc")]
    private static partial nint mmap(
        nint address, nuint bytes, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint bytes);

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint bytes, int advice);
}
