using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Tensors;

/// <summary>
/// A named, typed, row-major view of memory that one backend can reach: dense, or columns of a wider matrix. A tensor
/// does not own its memory: an <see cref="Arena"/> or a mapped file does, and the tensor keeps that owner alive.
/// </summary>
public sealed unsafe class Tensor
{
    private readonly object? _owner;

    /// <summary>What this is a view of; itself where it is none.</summary>
    private readonly Tensor _whole;

    /// <param name="name">Shown in errors and in the table of allocations.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <param name="address">First byte; a host or a device address, as the backend has it.</param>
    /// <param name="owner">What must stay alive while the tensor is used.</param>
    public Tensor(string name, DType type, Shape shape, nint address, object? owner)
    {
        (Name, Type, Shape, Address) = (name, type, shape, address);
        (Count, Stride) = (shape.Count, WidthOf(shape));
        (_owner, _whole) = (owner, this);
    }

    /// <summary>A view of a part of another.</summary>
    private Tensor(Tensor of, string name, Shape shape, nint address, long stride)
    {
        (Name, Type, Shape, Address) = (name, of.Type, shape, address);
        (Count, Stride) = (shape.Count, stride);
        (_owner, _whole) = (of._owner, of._whole);
    }

    public string Name { get; }

    public DType Type { get; }

    public Shape Shape { get; }

    public nint Address { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    public long Bytes => Count * Type.Size();

    /// <summary>Elements from an entry of the first dimension to the next.</summary>
    public long Stride { get; }

    /// <summary>Whether its entries lie one behind another: it is no columns of a wider matrix.</summary>
    public bool IsDense => Shape.Rank == 0 || Shape[0] <= 1 || Stride == WidthOf(Shape);

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
        if (!IsDense)
        {
            throw new InvalidOperationException(
                $"{Name}: read as a span: expected a dense tensor, got columns of a matrix of {Stride}");
        }

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
        dimensions[0] = count;
        nint address = Address + (nint)(start * Stride * Type.Size());
        return new Tensor(this, Name, new Shape(dimensions), address, Stride);
    }

    /// <summary>
    /// <paramref name="count"/> columns of a matrix, from <paramref name="start"/>: the same memory.
    /// </summary>
    public Tensor Columns(int start, int count)
    {
        if (Shape.Rank != 2 || start < 0 || count < 0 || start > Shape[1] - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"{Name}: {count} columns from {start}: expected them within a matrix, got {Shape}");
        }

        nint address = Address + ((nint)start * Type.Size());
        return new Tensor(this, Name, new Shape(Shape[0], count), address, Stride);
    }

    /// <summary>The same memory under another name.</summary>
    public Tensor Named(string name) => new(this, name, Shape, Address, Stride);

    /// <summary>
    /// The tensors as one, entries after entries, where they are such views of one tensor; null where they are not.
    /// </summary>
    public static Tensor? Stacked(ReadOnlySpan<Tensor> parts)
    {
        Tensor first = parts[0];
        nint end = first.Address;
        int entries = 0;
        foreach (Tensor part in parts)
        {
            bool follows = part._whole == first._whole && part.IsDense && part.Address == end
                && part.Shape.Dimensions[1..].SequenceEqual(first.Shape.Dimensions[1..]);
            if (!follows)
                return null;
            end += (nint)part.Bytes;
            entries += part.Shape[0];
        }

        int[] dimensions = first.Shape.Dimensions.ToArray();
        dimensions[0] = entries;
        return new Tensor(first, first._whole.Name, new Shape(dimensions), first.Address, first.Stride);
    }

    /// <summary>
    /// The matrices as one, columns after columns, where they are neighbouring columns of a wider one; null where they
    /// are not.
    /// </summary>
    public static Tensor? SideBySide(ReadOnlySpan<Tensor> parts)
    {
        Tensor first = parts[0];
        nint end = first.Address;
        int columns = 0;
        foreach (Tensor part in parts)
        {
            bool follows = part._whole == first._whole && part.Stride == first.Stride && part.Address == end
                && part.Shape[0] == first.Shape[0];
            columns += part.Shape[1];
            if (!follows || columns > first.Stride)
                return null;
            end += (nint)part.Shape[1] * part.Type.Size();
        }

        return new Tensor(
            first, first._whole.Name, new Shape(first.Shape[0], columns), first.Address, first.Stride);
    }

    /// <summary>Whether an element of the one lies where one of the other does.</summary>
    public bool Overlaps(Tensor other)
    {
        if (Count == 0 || other.Count == 0 || Address >= other.End || other.Address >= End)
            return false;
        if (Stride != other.Stride || Type != other.Type || Shape.Rank != 2 || other.Shape.Rank != 2)
            return true;

        // Columns of one matrix: places in a row decide.
        nint row = (nint)(Stride * Type.Size()), apart = (((other.Address - Address) % row) + row) % row;
        nint mine = (nint)Shape[1] * Type.Size(), others = (nint)other.Shape[1] * Type.Size();
        return apart < mine || apart + others > row;
    }

    /// <summary>The same memory under another shape of equal count. Of a dense tensor.</summary>
    public Tensor Reshape(params int[] dimensions)
    {
        if (!IsDense)
            throw new ArgumentException($"{Name}: reshape: expected a dense tensor, got columns of {Stride}");
        var shape = new Shape(dimensions);
        if (shape.Count != Count)
            throw new ArgumentException($"{Name}: reshape of {Shape} to {shape}: the number of elements differs");
        return new Tensor(this, Name, shape, Address, WidthOf(shape));
    }

    public override string ToString() => $"{Name} {Type} {Shape}";

    /// <summary>One behind the last byte.</summary>
    private nint End =>
        Address + (nint)((((Count / WidthOf(Shape) - 1) * Stride) + WidthOf(Shape)) * Type.Size());

    private static long WidthOf(Shape shape)
    {
        long width = 1;
        for (int axis = 1; axis < shape.Rank; axis++)
            width *= shape[axis];
        return width;
    }
}
