using System.Runtime.InteropServices;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>A piece of device memory with a shadow byte for each byte: 255 where it was written, else 0.</summary>
internal sealed unsafe class DeviceAllocation
{
    private readonly List<(ulong Start, ulong Bytes, string Name)> _names = [];

    /// <param name="start">Null: the address of its bytes, in host memory that the device has mapped.</param>
    public DeviceAllocation(ulong? start, long size, string name)
    {
        IsMapped = start is null;
        Size = size;
        Name = name;
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)size, 256);
        Start = start ?? (ulong)Data;
        Written = (byte*)NativeMemory.AllocZeroed((nuint)size);
    }

    public ulong Start { get; }

    public long Size { get; }

    public string Name { get; }

    public byte* Data { get; private set; }

    public byte* Written { get; private set; }

    public bool IsFreed { get; private set; }

    /// <summary>Pinned memory of the host.</summary>
    public bool IsMapped { get; }

    /// <summary>Constant memory: kernels may not write it.</summary>
    public bool IsReadOnly { get; init; }

    public ulong End => Start + (ulong)Size;

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

    public void Free()
    {
        if (IsFreed)
            return;
        IsFreed = true;
        NativeMemory.AlignedFree(Data);
        NativeMemory.Free(Written);
        Data = Written = null;
    }
}
