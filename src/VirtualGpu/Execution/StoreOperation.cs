using System.Numerics;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>st, of one to four elements a lane.</summary>
/// <param name="type">Type of an element in memory; what registers hold beyond it is cut off.</param>
internal sealed unsafe class StoreOperation(
    AddressOperand address, StateSpace space, PtxType type, (int Offset, bool IsWide)[] sources)
    : MemoryOperation(address, space, type.Size() * sources.Length, AccessKind.Write)
{
    private readonly int _size = type.Size();
    private readonly bool _isPlain =
        sources.Length == 1 && type.Size() >= 4 && sources[0].IsWide == (type.Size() == 8);

    private readonly bool _isWords = type.Size() == 4 && sources.All(s => !s.IsWide);

    protected override void MoveContiguous(Warp warp, byte* start, byte** pointers)
    {
        if (_isPlain)
            Buffer.MemoryCopy(warp.Registers + sources[0].Offset, start, 32 * _size, 32 * _size);
        else if (_isWords)
            Gather(warp, (uint*)start);
        else
            base.MoveContiguous(warp, start, pointers);
    }

    /// <summary>Words of all lanes from their registers.</summary>
    private void Gather(Warp warp, uint* words)
    {
        int count = sources.Length;
        for (int element = 0; element < count; element++)
        {
            uint* register = warp.Words(sources[element].Offset), to = words + element;
            for (int lane = 0; lane < Warp.Lanes; lane += 4, to += 4 * count)
            {
                *to = register[lane];
                to[count] = register[lane + 1];
                to[2 * count] = register[lane + 2];
                to[3 * count] = register[lane + 3];
            }
        }
    }

    protected override void Move(Warp warp, uint mask, byte** pointers)
    {
        if (!IsIncreasing(mask, pointers))
            RequireOneValue(warp, mask, pointers);
        for (int element = 0; element < sources.Length; element++)
        {
            (int offset, bool isWide) = sources[element];
            byte* register = warp.Registers + offset;
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                ulong value = isWide ? ((ulong*)register)[lane] : ((uint*)register)[lane];
                byte* to = pointers[lane] + (element * _size);
                switch (_size)
                {
                    case 4:
                        *(uint*)to = (uint)value;
                        break;
                    case 1:
                        *to = (byte)value;
                        break;
                    case 2:
                        *(ushort*)to = (ushort)value;
                        break;
                    default:
                        *(ulong*)to = value;
                        break;
                }
            }
        }
    }

    /// <summary>Whether places follow each other: then no two are the same.</summary>
    private static bool IsIncreasing(uint mask, byte** pointers)
    {
        byte* last = null;
        bool increasing = true;
        for (; mask != 0; mask &= mask - 1)
        {
            byte* next = pointers[BitOperations.TrailingZeroCount(mask)];
            increasing &= next > last;
            last = next;
        }

        return increasing;
    }

    /// <summary>
    /// Of lanes that write one place, one is served, and which is not defined: they must have one value.
    /// </summary>
    private void RequireOneValue(Warp warp, uint mask, byte** pointers)
    {
        // Accesses are aligned to their size: they are one place or apart. A table of lanes by place, a search from its
        // slot.
        const int Slots = 2 * Warp.Lanes;
        sbyte* table = stackalloc sbyte[Slots];
        new Span<sbyte>(table, Slots).Fill(-1);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong place = (ulong)pointers[lane] / (uint)Bytes;
            int slot = (int)((place ^ (place >> 6)) % Slots);
            while (table[slot] >= 0 && pointers[table[slot]] != pointers[lane])
                slot = (slot + 1) % Slots;
            if (table[slot] < 0)
                table[slot] = (sbyte)lane;
            else if (!AreEqual(warp, lane, table[slot]))
                throw Differ(warp, table[slot], lane);
        }
    }

    private bool AreEqual(Warp warp, int one, int other)
    {
        ulong kept = _size == 8 ? ulong.MaxValue : (1UL << (8 * _size)) - 1;
        foreach ((int offset, bool isWide) in sources)
        {
            byte* register = warp.Registers + offset;
            ulong difference = isWide
                ? ((ulong*)register)[one] ^ ((ulong*)register)[other]
                : ((uint*)register)[one] ^ ((uint*)register)[other];
            if ((difference & kept) != 0)
                return false;
        }

        return true;
    }

    private VirtualGpuFault Differ(Warp warp, int first, int second) => warp.Fault(
        this, FaultKind.Race, second,
        $"lanes {first} and {second} of warp {warp.Index} write different values to one place: which of them stays "
            + "is not defined");
}
