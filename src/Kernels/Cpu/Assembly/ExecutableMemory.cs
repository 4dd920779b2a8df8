using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Cpu.Assembly;

/// <summary>Machine code in pages of its own: written first, then executable, never both at a time.</summary>
internal sealed unsafe partial class ExecutableMemory : IDisposable
{
    /// <summary>Functions begin at whole cache lines.</summary>
    private const int Alignment = 64;

    private const int Read = 1, Write = 2, Execute = 4, PrivateAnonymous = 0x22;

    private readonly nint _address;
    private readonly nuint _bytes;

    /// <exception cref="PlatformNotSupportedException">The system gives no memory that may be executed.</exception>
    public ExecutableMemory(IReadOnlyList<byte[]> functions)
    {
        var starts = new int[functions.Count];
        int end = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = end;
            end = (end + functions[i].Length + Alignment - 1) / Alignment * Alignment;
        }

        _bytes = (nuint)end;
        _address = mmap(0, _bytes, Read | Write, PrivateAnonymous, -1, 0);
        if (_address == -1)
            throw new PlatformNotSupportedException($"mmap: {Marshal.GetLastPInvokeErrorMessage()}");
        for (int i = 0; i < starts.Length; i++)
            Marshal.Copy(functions[i], 0, _address + starts[i], functions[i].Length);
        if (mprotect(_address, _bytes, Read | Execute) != 0)
        {
            string why = Marshal.GetLastPInvokeErrorMessage();
            Dispose();
            throw new PlatformNotSupportedException($"mprotect: {why}");
        }

        Functions = [.. starts.Select(s => _address + s)];
    }

    /// <summary>Addresses of the functions, in the order in which they were given.</summary>
    public IReadOnlyList<nint> Functions { get; }

    public void Dispose() => munmap(_address, _bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint bytes, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint bytes);
}
