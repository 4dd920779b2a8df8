using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>
/// Which blocks of a launch have read and written which global memory, as far as one thread of the host ran them.
/// Nothing orders two blocks: what one writes, no other may read or write, but by atomics, which are not noted here.
/// (Launches whose kernel has a fence are not looked at: blocks may hand data on with a fence and an atomic.)
/// </summary>
/// <param name="unit">Bytes of the kernel's smallest access: neighbours never answer for each other.</param>
internal sealed unsafe class BlockRaces(int unit) : IDisposable
{
    private const int PageShift = 12;
    private const int PageBytes = 1 << PageShift;
    private const int Recent = 64;

    /// <summary>The number that stands for several blocks in place of a reader's.</summary>
    private const uint Several = uint.MaxValue;

    private readonly int _unitShift = BitOperations.Log2((uint)unit);
    private readonly int _units = PageBytes / unit;

    /// <summary>The writers and then the readers of each page's units: a block's number + 1, or 0.</summary>
    private readonly Dictionary<ulong, nint> _pages = [];
    private readonly (ulong Key, nint Page)[] _recent = new (ulong, nint)[Recent];
    private uint _block;

    /// <summary>Two blocks that touch one place.</summary>
    /// <param name="OtherWrites">Whether the second block writes there; the first does, or the second.</param>
    public readonly record struct Conflict(ulong Address, long One, bool OneWrites, long Other, bool OtherWrites);

    /// <summary>A block begins; its accesses follow.</summary>
    public void Begin(long block) => _block = (uint)block + 1;

    /// <summary>Notes an access of the running block.</summary>
    /// <returns>False where another block's access is in its way.</returns>
    public bool Touch(ulong address, int bytes, bool isWrite)
    {
        bool isFree = true;
        for (ulong end = address + (uint)bytes; address < end;)
        {
            int offset = (int)(address % PageBytes), count = (int)Math.Min((ulong)(PageBytes - offset), end - address);
            int first = offset >> _unitShift, units = ((offset + count - 1) >> _unitShift) - first + 1;
            uint* writers = Page(address >> PageShift) + first;
            isFree &= isWrite ? Write(writers, writers + _units, units) : Read(writers, writers + _units, units);
            address += (uint)count;
        }

        return isFree;
    }

    /// <summary>The other block at the place of an access that <see cref="Touch"/> found in conflict.</summary>
    /// <returns>Its number (-1: several blocks), and whether it writes.</returns>
    public (long Block, bool Writes) OtherAt(ulong address, int bytes)
    {
        for (ulong at = address; at < address + (uint)bytes; at += (uint)unit)
        {
            uint* writer = Page(at >> PageShift) + ((int)(at % PageBytes) >> _unitShift);
            uint reader = writer[_units];
            if (*writer != 0 && *writer != _block)
                return (*writer - 1L, true);
            if (reader != 0 && reader != _block)
                return (reader == Several ? -1 : reader - 1L, false);
        }

        return (-1, true);
    }

    /// <summary>
    /// The conflict at the least address between blocks that ran here and blocks that ran there, if there is one.
    /// </summary>
    public Conflict? With(BlockRaces other)
    {
        Conflict? found = null;
        foreach ((ulong key, nint page) in _pages)
        {
            if (!other._pages.TryGetValue(key, out nint second) || found?.Address >> PageShift < key)
                continue;
            if (Compare((uint*)page, (uint*)second, key << PageShift) is { } conflict)
                found = conflict;
        }

        return found;
    }

    public void Dispose()
    {
        foreach (nint page in _pages.Values)
            NativeMemory.Free((void*)page);
        _pages.Clear();
    }

    private Conflict? Compare(uint* one, uint* other, ulong address)
    {
        for (int i = 0; i < _units; i++)
        {
            bool oneWrites = one[i] != 0, otherWrites = other[i] != 0;
            bool meet = (oneWrites && (otherWrites || other[_units + i] != 0)) || (otherWrites && one[_units + i] != 0);
            if (meet)
            {
                return new Conflict(
                    address + ((ulong)i << _unitShift), Number(oneWrites ? one[i] : one[_units + i]), oneWrites,
                    Number(otherWrites ? other[i] : other[_units + i]), otherWrites);
            }
        }

        return null;
    }

    private static long Number(uint noted) => noted == Several ? -1 : noted - 1L;

    private uint* Page(ulong key)
    {
        ref (ulong Key, nint Page) recent = ref _recent[key % Recent];
        if (recent.Key == key)
            return (uint*)recent.Page;
        if (!_pages.TryGetValue(key, out nint page))
            _pages[key] = page = (nint)NativeMemory.AllocZeroed((nuint)_units * 2, sizeof(uint));
        recent = (key, page);
        return (uint*)page;
    }

    private bool Write(uint* writers, uint* readers, int count)
    {
        int i = 0;
        bool isFree = true;
        Vector512<uint> me = Vector512.Create(_block);
        for (; i <= count - Vector512<uint>.Count; i += Vector512<uint>.Count)
        {
            isFree &= IsFree(Vector512.Load(writers + i), me) && IsFree(Vector512.Load(readers + i), me);
            if (isFree)
                me.Store(writers + i);
        }

        for (; i < count; i++)
        {
            isFree &= (writers[i] == 0 || writers[i] == _block) && (readers[i] == 0 || readers[i] == _block);
            if (isFree)
                writers[i] = _block;
        }

        return isFree;
    }

    private bool Read(uint* writers, uint* readers, int count)
    {
        int i = 0;
        bool isFree = true;
        Vector512<uint> me = Vector512.Create(_block);
        for (; i <= count - Vector512<uint>.Count; i += Vector512<uint>.Count)
        {
            isFree &= IsFree(Vector512.Load(writers + i), me);
            Vector512<uint> noted = Vector512.Load(readers + i);
            Vector512<uint> mine = Vector512.Equals(noted, Vector512<uint>.Zero) | Vector512.Equals(noted, me);
            Vector512.ConditionalSelect(mine, me, Vector512.Create(Several)).Store(readers + i);
        }

        for (; i < count; i++)
        {
            isFree &= writers[i] == 0 || writers[i] == _block;
            readers[i] = readers[i] == 0 || readers[i] == _block ? _block : Several;
        }

        return isFree;
    }

    private static bool IsFree(Vector512<uint> noted, Vector512<uint> me) =>
        (Vector512.Equals(noted, Vector512<uint>.Zero) | Vector512.Equals(noted, me)) == Vector512<uint>.AllBitsSet;
}
