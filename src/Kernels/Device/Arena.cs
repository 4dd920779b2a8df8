namespace MolEngine.Kernels.Device;

/// <summary>
/// A named group of allocations that live and die together (weights, gradients, activations, ...). Memory starts as zeros.
/// Disposing frees all of it. Not thread-safe.
/// </summary>
public abstract class Arena(string name) : IDisposable
{
    private readonly List<Tensor> _tensors = [];

    public string Name { get; } = name;

    /// <summary>Bytes allocated now.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the arena holds, in order of allocation.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>A new tensor of zeros.</summary>
    /// <exception cref="OutOfDeviceMemoryException">Names the tensor, its shape and the arena.</exception>
    public Tensor Allocate(string name, DType type, params int[] dimensions)
    {
        var shape = new Shape(dimensions);
        long bytes = checked(shape.Count * type.Size());
        nint address;
        try
        {
            address = AllocateBytes(Math.Max(bytes, 1));
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException(this, $"{name} {type} {shape}", bytes, e);
        }

        Bytes += bytes;
        var tensor = new Tensor(name, type, shape, address, this);
        _tensors.Add(tensor);
        return tensor;
    }

    public void Dispose()
    {
        Free();
        _tensors.Clear();
        Bytes = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroed memory, at least 64-byte aligned.</summary>
    protected abstract nint AllocateBytes(long bytes);

    protected abstract void Free();
}

/// <summary>An allocation failed. The message names tensor, arena and what the arena already holds.</summary>
public sealed class OutOfDeviceMemoryException(Arena arena, string tensor, long bytes, Exception cause)
    : Exception(
        $"arena {arena.Name}: no memory for {tensor}: expected {bytes / 1048576.0:F1} MiB free on top of the "
        + $"{arena.Bytes / 1048576.0:F1} MiB held. Lower micro_batch or context, or turn recompute on.",
        cause);
