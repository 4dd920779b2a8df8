using System.Numerics;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>ld, of one to four elements a lane.</summary>
/// <param name="type">Type of an element in memory.</param>
/// <param name="destinations">For each element its register and the register's bytes: 2, 4 or 8.</param>
internal sealed unsafe class LoadOperation(
    AddressOperand address, StateSpace space, PtxType type, (int Offset, int Bytes)[] destinations)
    : MemoryOperation(address, space, type.Size() * destinations.Length, AccessKind.Read)
{
    private readonly int _size = type.Size();
    private readonly bool _signed = type.IsSigned();
    private readonly bool _isPlain =
        destinations.Length == 1 && type.Size() >= 4 && type.Size() == Math.Max(4, destinations[0].Bytes);

    private readonly bool _isWords = type.Size() == 4 && destinations.All(d => d.Bytes == 4);

    protected override void MoveContiguous(Warp warp, byte* start, byte** pointers)
    {
        if (_isPlain)
            Buffer.MemoryCopy(start, warp.Registers + destinations[0].Offset, 32 * _size, 32 * _size);
        else if (_isWords)
            Deal(warp, (uint*)start);
        else
            base.MoveContiguous(warp, start, pointers);
    }

    /// <summary>Words of all lanes to their registers.</summary>
    private void Deal(Warp warp, uint* words)
    {
        int count = destinations.Length;
        for (int element = 0; element < count; element++)
        {
            uint* register = warp.Words(destinations[element].Offset), from = words + element;
            for (int lane = 0; lane < Warp.Lanes; lane += 4, from += 4 * count)
            {
                register[lane] = *from;
                register[lane + 1] = from[count];
                register[lane + 2] = from[2 * count];
                register[lane + 3] = from[3 * count];
            }
        }
    }

    protected override void Move(Warp warp, uint mask, byte** pointers)
    {
        for (int element = 0; element < destinations.Length; element++)
        {
            (int offset, int bytes) = destinations[element];
            byte* register = warp.Registers + offset;
            int at = element * _size;
            if (bytes == 8)
                Wide((ulong*)register, mask, pointers, at);
            else if (_size == 4)
                Words((uint*)register, mask, pointers, at);
            else
                Narrow((uint*)register, mask, pointers, at, bytes == 2 ? 0xFFFFu : uint.MaxValue);
        }
    }

    private static void Words(uint* register, uint mask, byte** pointers, int at)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            register[lane] = *(uint*)(pointers[lane] + at);
        }
    }

    private void Narrow(uint* register, uint mask, byte** pointers, int at, uint keep)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            register[lane] = (uint)Element(pointers[lane] + at) & keep;
        }
    }

    private void Wide(ulong* register, uint mask, byte** pointers, int at)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            register[lane] = Element(pointers[lane] + at);
        }
    }

    private ulong Element(byte* at) => (_size, _signed) switch
    {
        (1, false) => *at,
        (1, true) => (ulong)*(sbyte*)at,
        (2, false) => *(ushort*)at,
        (2, true) => (ulong)*(short*)at,
        (4, false) => *(uint*)at,
        (4, true) => (ulong)*(int*)at,
        _ => *(ulong*)at,
    };
}
