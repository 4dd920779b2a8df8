using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu;

/// <summary>
/// Named workspace of the CPU backend: a buffer grows when an op asks for more and is kept for the next call. Contents
/// are undefined at every <see cref="Get"/>. Call it from the thread that runs the op, never from a worker.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const int Alignment = 64;

    private readonly Dictionary<string, (nint Address, long Bytes)> _buffers = [];

    ~Scratch() => Free();

    public long Bytes { get; private set; }

    /// <summary>
    /// A buffer of at least <paramref name="count"/> floats, 64-byte aligned, under a name of the caller's.
    /// </summary>
    /// <exception cref="OutOfDeviceMemoryException">Names the buffer and lists the others.</exception>
    public float* Get(string name, long count) => (float*)GetBytes(name, checked(count * sizeof(float)));

    /// <summary>A buffer of at least <paramref name="bytes"/> bytes, as <see cref="Get"/> gives it.</summary>
    public void* GetBytes(string name, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (_buffers.TryGetValue(name, out (nint Address, long Bytes) buffer) && buffer.Bytes >= bytes)
            return (void*)buffer.Address;
        if (_buffers.Remove(name))
        {
            NativeMemory.AlignedFree((void*)buffer.Address);
            Bytes -= buffer.Bytes;
        }

        void* p;
        try
        {
            p = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, Alignment), Alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException(
                "cpu workspace", $"\"{name}\"", bytes, _buffers.Select(b => (b.Key, b.Value.Bytes)), e);
        }

        Bytes += bytes;
        _buffers[name] = ((nint)p, bytes);
        return p;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach ((nint address, _) in _buffers.Values)
            NativeMemory.AlignedFree((void*)address);
        _buffers.Clear();
        Bytes = 0;
    }
}
