using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Memory that ends where an unreadable page begins, as a mapped file may: reading a byte too far kills the process. On
/// systems other than Linux it is ordinary memory.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Read = 1, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nuint _mapped;
    private readonly nint _base;

    public GuardedMemory(long bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint body = ((nuint)bytes + page - 1) / page * page;
        _mapped = body + page;
        if (!OperatingSystem.IsLinux())
        {
            _base = (nint)NativeMemory.AllocZeroed(_mapped);
            Address = _base;
            return;
        }

        _base = Map(0, _mapped, ReadWrite, PrivateAnonymous, -1, 0);
        if (_base == -1 || Protect(_base + (nint)body, page, 0) != 0)
            throw new OutOfMemoryException($"mmap of {_mapped} bytes");
        Address = _base + (nint)body - (nint)bytes;
    }

    public nint Address { get; }

    /// <summary>From now on a write kills the process.</summary>
    public void MakeReadOnly()
    {
        if (OperatingSystem.IsLinux())
            _ = Protect(_base, _mapped - (nuint)Environment.SystemPageSize, Read);
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            _ = Unmap(_base, _mapped);
        else
            NativeMemory.Free((void*)_base);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
