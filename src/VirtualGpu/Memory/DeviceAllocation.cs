using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>
/// A piece of device memory with a shadow byte for each byte: 255 where it was written, else 0. A large one takes the
/// host's memory only where it is touched.
/// </summary>
internal sealed unsafe class DeviceAllocation
{
    private readonly List<(ulong Start, ulong Bytes, string Name)> _names = [];
    /// <summary>Bytes from which an allocation is sparse.</summary>
    private const long SparseBytes = 64L << 20;

    private readonly List<DeviceAllocation> _pieces = [];
    private bool _isCleared;

    /// <param name="start">Null: the address of its bytes, in host memory that the device has mapped.</param>
    public DeviceAllocation(ulong? start, long size, string name)
    {
        IsMapped = start is null;
        Size = size;
        Name = name;
        Data = IsSparse ? SparseMemory.Allocate((nuint)size) : (byte*)NativeMemory.AlignedAlloc((nuint)size, 256);
        Start = start ?? (ulong)Data;
        Written = IsSparse ? SparseMemory.Allocate((nuint)size) : (byte*)NativeMemory.AllocZeroed((nuint)size);
    }

    /// <summary>A piece of another, under an address of its own: the same bytes and shadows.</summary>
    private DeviceAllocation(DeviceAllocation whole, ulong offset, long size, ulong start, string name)
    {
        (Whole, Start, Size, Name) = (whole, start, size, name);
        Data = whole.Data + offset;
        Written = whole.Written + offset;
    }

    /// <summary>What it is a piece of; null for an allocation.</summary>
    public DeviceAllocation? Whole { get; }

    /// <summary>Pieces that it is divided into, in the order of their places.</summary>
    public IReadOnlyList<DeviceAllocation> Pieces => _pieces;

    public bool IsDivided => _pieces.Count > 0;

    public ulong Start { get; }

    public long Size { get; }

    public string Name { get; }

    public byte* Data { get; private set; }

    public byte* Written { get; private set; }

    public bool IsFreed { get; private set; }

    /// <summary>Whether all of it has been written, whatever the shadow says.</summary>
    public bool IsCleared => Whole?._isCleared ?? _isCleared;

    /// <summary>Pinned memory of the host.</summary>
    public bool IsMapped { get; }

    /// <summary>
    /// Whether its memory is not counted with it: a module's variable, or pages that were made before.
    /// </summary>
    public bool IsTakenApart { get; init; }

    /// <summary>Constant memory: kernels may not write it.</summary>
    public bool IsReadOnly { get; init; }

    public ulong End => Start + (ulong)Size;

    private bool IsSparse => Size >= SparseBytes;

    public bool Contains(ulong address) => address - Start < (ulong)Size;

    public void NamePiece(ulong start, ulong bytes, string name)
    {
        _names.RemoveAll(n => n.Start == start && n.Bytes == bytes);
        _names.Add((start, bytes, name));
    }

    /// <summary>
    /// The smallest named piece that holds the address with its place in it: "logits (1,024 bytes) at 96".
    /// </summary>
    public string Describe(ulong address)
    {
        (ulong start, ulong bytes, string name) = (Start, (ulong)Size, Name);
        foreach ((ulong pieceStart, ulong pieceBytes, string pieceName) in _names)
        {
            if (address - pieceStart < pieceBytes && pieceBytes <= bytes)
                (start, bytes, name) = (pieceStart, pieceBytes, pieceName);
        }

        return $"'{name}' ({bytes:N0} bytes) at offset {address - start:N0}";
    }

    /// <summary>The name of the smallest named piece that holds the address, or lies nearest to it.</summary>
    public string NameAt(ulong address)
    {
        ulong inside = Math.Clamp(address, Start, End - 1);
        return _names
            .Where(n => inside - n.Start < n.Bytes)
            .OrderBy(n => n.Bytes)
            .Select(n => n.Name)
            .FirstOrDefault(Name);
    }

    /// <summary>Writes zeros to all of it, which costs nothing.</summary>
    /// <returns>False, with nothing done, for what is not sparse, and for pieces.</returns>
    public bool TryClear()
    {
        if (Whole is not null || !IsSparse)
            return false;
        SparseMemory.Clear(Data, (nuint)Size);
        SparseMemory.Clear(Written, (nuint)Size);
        return _isCleared = true;
    }

    /// <summary>Divides a piece off.</summary>
    /// <param name="start">The address that the piece gets.</param>
    /// <exception cref="ArgumentException">It is not inside, or overlaps another piece.</exception>
    public DeviceAllocation Divide(ulong offset, ulong bytes, ulong start, string name)
    {
        bool isInside = bytes > 0 && offset <= (ulong)Size && bytes <= (ulong)Size - offset;
        if (!isInside || offset % DeviceMemory.Alignment != 0)
        {
            throw new ArgumentException(
                $"'{name}' ({bytes:N0} bytes) at offset {offset:N0} of '{Name}': expected a multiple of "
                + $"{DeviceMemory.Alignment} and an end within {Size:N0}");
        }

        if (_pieces.Find(p => Place(p) < offset + bytes && offset < Place(p) + (ulong)p.Size) is { } other)
            throw new ArgumentException($"'{name}' at offset {offset:N0} of '{Name}': overlaps '{other.Name}'");
        var piece = new DeviceAllocation(this, offset, (long)bytes, start, name);
        _pieces.Add(piece);
        return piece;

        ulong Place(DeviceAllocation p) => (ulong)(p.Data - Data);
    }

    /// <summary>Its pieces go with it.</summary>
    public void Free()
    {
        if (IsFreed)
            return;
        IsFreed = true;
        foreach (DeviceAllocation piece in _pieces)
            piece.Free();
        if (Whole is null && IsSparse)
        {
            SparseMemory.Free(Data, (nuint)Size);
            SparseMemory.Free(Written, (nuint)Size);
        }
        else if (Whole is null)
        {
            NativeMemory.AlignedFree(Data);
            NativeMemory.Free(Written);
        }

        Data = Written = null;
    }
}
