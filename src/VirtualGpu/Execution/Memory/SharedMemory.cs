using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>
/// A block's shared memory with a shadow: which bytes were written, and for each unit who wrote it last and which warps
/// have read it since. A unit is as small as the kernel's smallest access, so neighbours never answer for each other.
/// </summary>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private readonly BlockRunner _block;
    private readonly int _unitShift;
    private readonly int _units;
    private readonly ulong* _writes;
    private readonly uint* _readers;

    /// <summary>[warp, unit]: the warp's last read.</summary>
    private readonly ulong* _reads;

    /// <summary>Warps of atomics, as those of readers; null until there is one.</summary>
    private uint* _atomicWarps;
    private ulong* _atomics;
    private readonly int _warps;
    private readonly bool _findsRaces;

    public SharedMemory(BlockRunner block, int size, int unit, int warps)
    {
        _block = block;
        _warps = warps;
        _findsRaces = block.Launch.Options.FindSharedRaces;
        Size = size;
        _unitShift = BitOperations.Log2((uint)unit);
        _units = (size + unit - 1) >> _unitShift;
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)size + 64, 64);
        Written = (byte*)NativeMemory.AlignedAlloc((nuint)size + 64, 64);
        _writes = (ulong*)NativeMemory.AllocZeroed((nuint)_units + Step, 8);
        _readers = (uint*)NativeMemory.AllocZeroed((nuint)_units + Step, 4);
        _reads = (ulong*)NativeMemory.AllocZeroed(((nuint)_units * (nuint)warps) + Step, 8);
    }

    /// <summary>Bytes, static and dynamic.</summary>
    public int Size { get; }

    public byte* Data { get; }

    /// <summary>255 for each byte that was written.</summary>
    public byte* Written { get; }

    /// <summary>
    /// A new block begins: nothing is written. (What reads left is void once nobody is noted as a reader.)
    /// </summary>
    public void Clear()
    {
        new Span<byte>(Written, Size).Clear();
        new Span<byte>(Data, Size).Fill(0xCD);
        new Span<ulong>(_writes, _units).Clear();
        new Span<uint>(_readers, _units).Clear();
        if (_atomicWarps != null)
            new Span<uint>(_atomicWarps, _units).Clear();
    }

    /// <summary>
    /// Checks a lane's access and notes it: bounds, alignment, initialisation, races. Written bytes are marked so.
    /// </summary>
    /// <param name="by">The lane that the access is noted under; negative for the same.</param>
    public void Touch(Operation at, Warp warp, int lane, ulong offset, int bytes, AccessKind kind, int by = -1)
    {
        if (offset >= (ulong)Size || (ulong)Size - offset < (ulong)bytes)
            throw OutOfBounds(at, warp, lane, offset, bytes);
        if ((offset & (ulong)(bytes - 1)) != 0)
        {
            throw Fault(
                at, warp, FaultKind.Misaligned, lane, offset,
                $"{bytes} bytes of shared memory at offset {offset}: expected a multiple of {bytes}");
        }

        int start = (int)offset;
        if (kind != AccessKind.Write && !IsWritten(start, bytes))
        {
            NotPending(at, warp, lane, start, bytes);
            throw Fault(
                at, warp, FaultKind.Uninitialised, lane, offset,
                $"read of {bytes} bytes of shared memory at offset {offset}{_block.Program.DescribeShared(start)}, "
                + "which nothing has written");
        }

        if (_findsRaces)
            Order(at, warp, lane, start, bytes, kind, by < 0 ? lane : by);
        if (kind != AccessKind.Read)
            MarkWritten(start, bytes);
    }

    /// <summary>An asynchronous copy is issued: until it lands, every touch of its destination is an error.</summary>
    public void Issue(Operation at, Warp warp, int lane, ulong offset, int bytes)
    {
        var by = new Accessor(_block.Clocks, warp.Index, at.Pc);
        bool isQuick = _atomicWarps == null
            && TryTouch(by, ShadowRecord.WithLane(by.Record, lane), offset, bytes, AccessKind.Write);
        if (!isQuick)
            Touch(at, warp, lane, offset, bytes, AccessKind.Write);
        int end = ((int)offset + bytes - 1) >> _unitShift;
        for (int unit = (int)offset >> _unitShift; unit <= end; unit++)
            _writes[unit] |= ShadowRecord.Pending;
        new Span<byte>(Written + offset, bytes).Clear();
    }

    /// <summary>The copy lands at its wait, as a write by the lane that waited.</summary>
    public void Land(Warp warp, int lane, int pc, int offset, ReadOnlySpan<byte> data)
    {
        data.CopyTo(new Span<byte>(Data + offset, data.Length));
        new Span<byte>(Written + offset, data.Length).Fill(255);
        ulong record = ShadowRecord.Make(_block.Clocks.Epoch(warp.Index), warp.Index, lane, pc);
        int end = (offset + data.Length - 1) >> _unitShift;
        for (int unit = offset >> _unitShift; unit <= end; unit++)
            _writes[unit] = record;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        NativeMemory.AlignedFree(Written);
        NativeMemory.Free(_writes);
        NativeMemory.Free(_readers);
        NativeMemory.Free(_reads);
        NativeMemory.Free(_atomicWarps);
        NativeMemory.Free(_atomics);
    }

    /// <summary>Checks that an access is in order with those before it, and notes it under a lane.</summary>
    private void Order(Operation at, Warp warp, int lane, int start, int bytes, AccessKind kind, int by)
    {
        uint* clock = _block.Clocks.Of(warp.Index);
        ulong record = ShadowRecord.Make(clock[warp.Index], warp.Index, by, at.Pc);
        int end = (start + bytes - 1) >> _unitShift;
        for (int unit = start >> _unitShift; unit <= end; unit++)
        {
            if (kind == AccessKind.Read)
                Read(at, warp, lane, unit, record, clock);
            else if (kind == AccessKind.Write)
                Write(at, warp, lane, unit, record, clock);
            else
                Update(at, warp, lane, unit, record, clock);
        }
    }

    private bool IsWritten(int offset, int bytes) => bytes switch
    {
        4 => *(uint*)(Written + offset) == uint.MaxValue,
        8 => *(ulong*)(Written + offset) == ulong.MaxValue,
        16 => (*(ulong*)(Written + offset) & *(ulong*)(Written + offset + 8)) == ulong.MaxValue,
        2 => *(ushort*)(Written + offset) == ushort.MaxValue,
        _ => Written[offset] == 255,
    };

    private void MarkWritten(int offset, int bytes)
    {
        switch (bytes)
        {
            case 4:
                *(uint*)(Written + offset) = uint.MaxValue;
                break;
            case 8:
                *(ulong*)(Written + offset) = ulong.MaxValue;
                break;
            default:
                new Span<byte>(Written + offset, bytes).Fill(255);
                break;
        }
    }

    private void Read(Operation at, Warp warp, int lane, int unit, ulong record, uint* clock)
    {
        ulong written = _writes[unit];
        if (!IsPast(written, warp.Index, OneLane(record), clock))
            Ordered(at, warp, lane, unit, written, record, clock, isWrite: false, wasWrite: true);
        AfterAtomics(at, warp, lane, unit, record, clock, isWrite: false);
        Note(_readers, _reads, warp.Index, unit, record);
    }

    private void Write(Operation at, Warp warp, int lane, int unit, ulong record, uint* clock)
    {
        ulong written = _writes[unit];
        if (!IsPast(written, warp.Index, OneLane(record), clock))
            Ordered(at, warp, lane, unit, written, record, clock, isWrite: true, wasWrite: true);
        AfterReads(at, warp, lane, unit, record, clock);
        AfterAtomics(at, warp, lane, unit, record, clock, isWrite: true);
        _readers[unit] = 0;
        if (_atomicWarps != null)
            _atomicWarps[unit] = 0;
        _writes[unit] = record;
    }

    /// <summary>An atomic is ordered after plain accesses; other atomics may be at the same time.</summary>
    private void Update(Operation at, Warp warp, int lane, int unit, ulong record, uint* clock)
    {
        if (_atomics == null)
        {
            _atomicWarps = (uint*)NativeMemory.AllocZeroed((nuint)_units + Step, 4);
            _atomics = (ulong*)NativeMemory.AllocZeroed(((nuint)_units * (nuint)_warps) + Step, 8);
        }

        ulong written = _writes[unit];
        if (!IsPast(written, warp.Index, OneLane(record), clock))
            Ordered(at, warp, lane, unit, written, record, clock, isWrite: true, wasWrite: true);
        AfterReads(at, warp, lane, unit, record, clock);
        Note(_atomicWarps, _atomics, warp.Index, unit, record);
    }

    /// <summary>Whether an access is ordered before a lane's, without a closer look; the usual case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPast(ulong record, int me, int lane, uint* clock)
    {
        int by = ShadowRecord.Warp(record);
        uint epoch = ShadowRecord.Epoch(record), seen = clock[by];
        return (record & ShadowRecord.Pending) == 0
            && (epoch < seen || (epoch == seen && (by != me || ShadowRecord.Lane(record) == lane)));
    }

    /// <summary>Puts an access into the set of a unit's warps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Note(uint* warps, ulong* accesses, int me, int unit, ulong record)
    {
        ulong* last = accesses + ((long)me * _units) + unit;
        bool isFirst = (warps[unit] >> me & 1) == 0;
        warps[unit] |= 1u << me;
        bool isAlone = isFirst || ShadowRecord.Epoch(*last) != ShadowRecord.Epoch(record)
            || ShadowRecord.Lane(*last) == ShadowRecord.Lane(record);
        *last = isAlone ? record : ShadowRecord.WithSeveralLanes(record);
    }

    private void AfterReads(Operation at, Warp warp, int lane, int unit, ulong record, uint* clock)
    {
        for (uint warps = _readers[unit]; warps != 0; warps &= warps - 1)
        {
            ulong read = _reads[((long)BitOperations.TrailingZeroCount(warps) * _units) + unit];
            if (!IsPast(read, warp.Index, OneLane(record), clock))
                Ordered(at, warp, lane, unit, read, record, clock, isWrite: true, wasWrite: false);
        }
    }

    private void AfterAtomics(
        Operation at, Warp warp, int lane, int unit, ulong record, uint* clock, bool isWrite)
    {
        if (_atomicWarps == null)
            return;
        for (uint warps = _atomicWarps[unit]; warps != 0; warps &= warps - 1)
        {
            ulong update = _atomics[((long)BitOperations.TrailingZeroCount(warps) * _units) + unit];
            if (!IsPast(update, warp.Index, OneLane(record), clock))
                Ordered(at, warp, lane, unit, update, record, clock, isWrite, wasWrite: true);
        }
    }
}
