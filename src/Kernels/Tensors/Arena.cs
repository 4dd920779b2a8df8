using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Tensors;

/// <summary>
/// A named group of allocations that live and die together (weights, gradients, activations, ...). Memory starts as
/// zeros. Disposing frees all of it. Not thread-safe.
/// </summary>
public abstract class Arena(string name) : IDisposable
{
    /// <summary>Of a device, where each tensor begins at a multiple of it.</summary>
    private const int DeviceAlignment = 256;

    private readonly List<Tensor> _tensors = [];

    public string Name { get; } = name;

    /// <summary>Whether its memory is a device's, which the host reaches by copies alone.</summary>
    public virtual bool IsOnDevice => false;

    /// <summary>Whether it is a device's that lies in the host's memory, and takes none of the device's own.</summary>
    public virtual bool IsOffloaded => false;

    /// <summary>Bytes allocated now.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the arena holds, in order of allocation.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>What others hold of the same memory: for the table where there is no more.</summary>
    protected virtual IEnumerable<(string What, long Bytes)> HeldBeside => [];

    /// <summary>A new tensor of zeros.</summary>
    /// <exception cref="OutOfDeviceMemoryException">
    /// Names the tensor, its type and shape, and lists the arena's largest allocations.
    /// </exception>
    public Tensor Allocate(string name, DType type, params int[] dimensions)
    {
        var shape = new Shape(dimensions);
        long bytes = shape.Count * type.Size();
        nint address;
        try
        {
            address = AllocateBytes(name, Math.Max(bytes, 1));
        }
        catch (OutOfMemoryException e)
        {
            var failure = new OutOfDeviceMemoryException(
                $"arena {Name}", $"{name} {type} {shape}", bytes,
                [.. _tensors.Select(t => (t.ToString(), t.Bytes)), .. HeldBeside], e)
            { IsOfDevice = !IsOffloaded };
            throw IsOffloaded
                ? failure.WithAdvice("It is the host's memory: free some, or keep the optimizer's states on the device "
                    + "(optimizer.offload: false).")
                : failure;
        }

        Bytes += bytes;
        var tensor = new Tensor(name, type, shape, address, this);
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>
    /// A new tensor of zeros with another's shape, and with its name and type unless others are given.
    /// </summary>
    /// <exception cref="OutOfDeviceMemoryException">As <see cref="Allocate"/>.</exception>
    public Tensor AllocateLike(Tensor other, DType? type = null, string? name = null) =>
        Allocate(name ?? other.Name, type ?? other.Type, other.Shape.Dimensions.ToArray());

    /// <summary>
    /// Says what will be allocated next, so that a device's memory for it is one piece. Nothing depends on it.
    /// </summary>
    /// <param name="allocations">The same allocations, made of an arena that only counts.</param>
    public void Expect(Action<Arena> allocations)
    {
        if (!IsOnDevice)
            return;
        using var counted = new CountingArena();
        allocations(counted);
        Expect(counted.Room);
    }

    /// <summary>What a function allocates, in one piece of a device's memory.</summary>
    /// <param name="allocate">On a device it is called twice, first with an arena that only counts.</param>
    /// <exception cref="OutOfDeviceMemoryException">As <see cref="Allocate"/>.</exception>
    public T Together<T>(Func<Arena, T> allocate)
    {
        Expect(a => allocate(a));
        return allocate(this);
    }

    /// <summary>What a tensor of so many bytes takes of a device's memory that is shared out.</summary>
    internal static long PieceBytes(long bytes) => (bytes + DeviceAlignment - 1) / DeviceAlignment * DeviceAlignment;

    public void Dispose()
    {
        Free();
        _tensors.Clear();
        Bytes = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroed memory, at least 64-byte aligned.</summary>
    /// <param name="name">What it is for, to tell a device that reports by name.</param>
    protected abstract nint AllocateBytes(string name, long bytes);

    /// <summary>So many bytes will be allocated next.</summary>
    protected virtual void Expect(long bytes)
    {
    }

    protected abstract void Free();
}
