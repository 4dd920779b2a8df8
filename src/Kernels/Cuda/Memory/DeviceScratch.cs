using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Named workspace of the CUDA backend: a buffer grows when an op asks for more and is kept for the next call. Contents
/// are undefined at every <see cref="Get"/>; what an earlier op queued on it has run before what a later one queues.
/// </summary>
internal sealed class DeviceScratch : IDisposable
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly DeviceHolders _holders;
    private readonly Dictionary<string, DeviceMemory> _buffers = [];

    public DeviceScratch(CudaContext context, CudaStream stream, DeviceHolders holders)
    {
        (_context, _stream, _holders) = (context, stream, holders);
        holders.Add(this, "workspace", () => PageBytes);
    }

    /// <summary>Of all buffers.</summary>
    public long Bytes => _buffers.Values.Sum(b => (long)b.Bytes);

    /// <summary>Of the pages that they take.</summary>
    private long PageBytes => _buffers.Values.Sum(b => DevicePages.Round((long)b.Bytes));

    /// <summary>
    /// A buffer of at least <paramref name="count"/> elements, 256-byte aligned, under a name of the caller's.
    /// </summary>
    /// <exception cref="OutOfDeviceMemoryException">Names the buffer and lists the others.</exception>
    public DeviceMemory Get(string name, DType type, long count)
    {
        long bytes = Math.Max(1, checked(count * type.Size()));
        if (_buffers.TryGetValue(name, out DeviceMemory? buffer) && (long)buffer.Bytes >= bytes)
            return buffer;
        if (_buffers.Remove(name))
        {
            _stream.Synchronize();
            buffer!.Dispose();
        }

        try
        {
            buffer = _buffers[name] = new DeviceMemory(_context, name, (nuint)bytes);
            _holders.Grown();
            return buffer;
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException(
                "workspace", $"\"{name}\"", bytes,
                [.. _buffers.Select(b => (b.Key, (long)b.Value.Bytes)), .. _holders.Beside(this)], e);
        }
    }

    public void Dispose()
    {
        _stream.Drain();
        _holders.Remove(this);
        foreach (DeviceMemory buffer in _buffers.Values)
            buffer.Dispose();
        _buffers.Clear();
    }
}
