using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Cpu;

/// <summary>
/// Named workspace of the CPU backend: a buffer grows when an op asks for more and is kept for the next call. Contents are
/// undefined at every <see cref="Get"/>. Call it from the thread that runs the op, never from a worker.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    private readonly Dictionary<string, (nint Address, long Bytes)> _buffers = [];

    ~Scratch() => Free();

    public long Bytes { get; private set; }

    /// <summary>At least <paramref name="count"/> floats, 64-byte aligned, under a name of the caller's.</summary>
    public float* Get(string name, long count) => (float*)GetBytes(name, count * sizeof(float));

    public void* GetBytes(string name, long bytes)
    {
        if (_buffers.TryGetValue(name, out (nint Address, long Bytes) buffer) && buffer.Bytes >= bytes)
            return (void*)buffer.Address;
        if (buffer.Address != 0)
            NativeMemory.AlignedFree((void*)buffer.Address);
        void* p = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 64), 64);
        Bytes += bytes - buffer.Bytes;
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
