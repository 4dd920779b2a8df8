using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Tensors;

/// <summary>
/// A named, typed, dense row-major view of memory that one backend can reach. A tensor does not own its memory: an
/// <see cref="Arena"/> or a mapped file does, and the tensor keeps that owner alive.
/// </summary>
public sealed unsafe class Tensor
{
    private readonly object? _owner;

    /// <param name="name">Shown in errors and in the table of allocations.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <param name="address">First byte; a host or a device address, as the backend has it.</param>
    /// <param name="owner">What must stay alive while the tensor is used.</param>
    public Tensor(string name, DType type, Shape shape, nint address, object? owner)
    {
        Name = name;
        Type = type;
        Shape = shape;
        Address = address;
        Count = shape.Count;
        _owner = owner;
    }

    public string Name { get; }

    public DType Type { get; }

    public Shape Shape { get; }

    public nint Address { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    public long Bytes => Count * Type.Size();

    /// <summary>Whether the host reaches the memory by copies alone.</summary>
    public bool IsOnDevice => Arena is { IsOnDevice: true };

    /// <summary>Whether a device reaches it across the bus, in the host's memory.</summary>
    public bool IsOffloaded => Arena is { IsOffloaded: true };

    /// <summary>Whose memory it is; null where that is no arena.</summary>
    internal Arena? Arena => _owner as Arena;

    /// <summary>The tensor's elements as seen by the host. Host memory only.</summary>
    /// <exception cref="InvalidOperationException">
    /// The memory is a device's, the element type differs from <typeparamref name="T"/> in size, or there are more
    /// elements than a span can hold.
    /// </exception>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        if (IsOnDevice)
            throw new InvalidOperationException($"{Name}: read as a span: expected host memory. Download it first.");
        if (Unsafe.SizeOf<T>() != Type.Size())
            throw new InvalidOperationException($"{Name}: read as {typeof(T).Name}: expected elements of {Type}");
        if (Count > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"{Name}: read as a span: expected at most {int.MaxValue} elements, got {Count} ({Shape}). "
                + "Read it in slices of its first dimension.");
        }

        return new Span<T>((void*)Address, (int)Count);
    }

    /// <summary>
    /// <paramref name="count"/> entries of the first dimension, from <paramref name="start"/>: the same memory.
    /// </summary>
    public Tensor Slice(int start, int count)
    {
        if (start < 0 || count < 0 || start > Shape[0] - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"{Name}: slice of {count} entries from {start}: expected them within {Shape[0]}");
        }

        int[] dimensions = Shape.Dimensions.ToArray();
        long stride = Shape[0] == 0 ? 0 : Bytes / Shape[0];
        dimensions[0] = count;
        return new Tensor(Name, Type, new Shape(dimensions), Address + (nint)(start * stride), _owner);
    }

    /// <summary>The same memory under another shape of equal count.</summary>
    public Tensor Reshape(params int[] dimensions)
    {
        var shape = new Shape(dimensions);
        if (shape.Count != Count)
            throw new ArgumentException($"{Name}: reshape of {Shape} to {shape}: the number of elements differs");
        return new Tensor(Name, Type, shape, Address, _owner);
    }

    public override string ToString() => $"{Name} {Type} {Shape}";
}
