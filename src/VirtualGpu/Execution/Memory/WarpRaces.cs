using System.Numerics;
using System.Runtime.InteropServices;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>
/// Who of the running block touched which global memory, and when: for each unit its last writer, and the last read of
/// each warp since. Two accesses of two warps, one of them a write, are in order by a barrier alone; those of two lanes
/// of a warp, by a barrier or bar.warp.sync. Atomics are not noted.
/// </summary>
/// <param name="unit">Bytes of the kernel's smallest access: neighbours never answer for each other.</param>
internal sealed unsafe class WarpRaces(Clocks clocks, int unit) : IDisposable
{
    private const int PageShift = 12;
    private const int PageBytes = 1 << PageShift;
    private const int Recent = 64;

    private readonly int _unitShift = BitOperations.Log2((uint)unit);
    private readonly int _units = PageBytes / unit;
    private readonly Dictionary<ulong, Page> _pages = [];
    private readonly Page?[] _recent = new Page?[Recent];

    /// <summary>Of blocks that have ended: for those to come, which have pages of their own.</summary>
    private readonly Stack<Page> _spare = [];

    /// <summary>A block begins: nothing was touched.</summary>
    public void Clear()
    {
        foreach (Page page in _pages.Values)
            _spare.Push(page);
        _pages.Clear();
        Array.Clear(_recent);
    }

    /// <summary>Notes a lane's access.</summary>
    /// <returns>The record of an access that it is in no order with; 0 where there is none.</returns>
    /// <param name="wasWrite">Whether that one wrote.</param>
    public ulong Touch(Operation at, int warp, int lane, ulong address, int bytes, bool isWrite, out bool wasWrite)
    {
        uint* clock = clocks.Of(warp);
        ulong record = ShadowRecord.Make(clock[warp], warp, lane, at.Pc);
        wasWrite = true;
        for (ulong end = address + (uint)bytes; address < end;)
        {
            int offset = (int)(address % PageBytes), count = (int)Math.Min((ulong)(PageBytes - offset), end - address);
            Page page = Find(address >> PageShift);
            for (int i = offset >> _unitShift; i <= (offset + count - 1) >> _unitShift; i++)
            {
                ulong other = page.Writes[i];
                if (other != 0 && !IsPast(other, record, clock))
                    return other;
                if (!isWrite)
                {
                    Read(page, i, warp, record);
                    continue;
                }

                other = page.Readers[i] == 0 ? 0 : UnorderedRead(page, i, record, clock);
                if (other != 0)
                {
                    wasWrite = false;
                    return other;
                }

                page.Writes[i] = record;
                page.Readers[i] = 0;
            }

            address += (uint)count;
        }

        return 0;
    }

    public void Dispose()
    {
        foreach (Page page in _pages.Values.Concat(_spare))
            page.Free();
        _pages.Clear();
        _spare.Clear();
    }

    private void Read(Page page, int unit, int warp, ulong record)
    {
        ulong* reads = page.ReadsOf(warp, _units);
        bool isAlone = (page.Readers[unit] >> warp & 1) == 0
            || ShadowRecord.Epoch(reads[unit]) != ShadowRecord.Epoch(record)
            || ShadowRecord.Lane(reads[unit]) == ShadowRecord.Lane(record);
        page.Readers[unit] |= 1u << warp;
        reads[unit] = isAlone ? record : ShadowRecord.WithSeveralLanes(record);
    }

    private ulong UnorderedRead(Page page, int unit, ulong record, uint* clock)
    {
        for (uint warps = page.Readers[unit]; warps != 0; warps &= warps - 1)
        {
            ulong read = page.ReadsOf(BitOperations.TrailingZeroCount(warps), _units)[unit];
            if (!IsPast(read, record, clock))
                return read;
        }

        return 0;
    }

    /// <summary>
    /// Whether an access is in order before another: of the same warp also those of one lane and of one instruction.
    /// </summary>
    private static bool IsPast(ulong other, ulong record, uint* clock)
    {
        int by = ShadowRecord.Warp(other);
        uint epoch = ShadowRecord.Epoch(other), seen = clock[by];
        if (by != ShadowRecord.Warp(record))
            return epoch <= seen;
        return epoch < seen || ShadowRecord.Pc(other) == ShadowRecord.Pc(record)
            || ShadowRecord.Lane(other) == ShadowRecord.Lane(record);
    }

    private Page Find(ulong key)
    {
        ref Page? recent = ref _recent[key % Recent];
        if (recent is not null && recent.Key == key)
            return recent;
        if (!_pages.TryGetValue(key, out Page? page))
        {
            if (!_spare.TryPop(out page))
                page = new Page(_units);
            page.Begin(key, _units);
            _pages[key] = page;
        }

        return recent = page;
    }

    /// <summary>The units of 4 KiB.</summary>
    private sealed class Page(int units)
    {
        private readonly nint[] _reads = new nint[Clocks.MaxWarps];

        public ulong Key { get; private set; }

        public ulong* Writes { get; } = (ulong*)NativeMemory.Alloc((nuint)units, sizeof(ulong));

        /// <summary>Warps that have read since the last write; what reads others left is void.</summary>
        public uint* Readers { get; } = (uint*)NativeMemory.Alloc((nuint)units, sizeof(uint));

        public void Begin(ulong key, int count)
        {
            Key = key;
            new Span<ulong>(Writes, count).Clear();
            new Span<uint>(Readers, count).Clear();
        }

        public ulong* ReadsOf(int warp, int count)
        {
            if (_reads[warp] == 0)
                _reads[warp] = (nint)NativeMemory.Alloc((nuint)count, sizeof(ulong));
            return (ulong*)_reads[warp];
        }

        public void Free()
        {
            NativeMemory.Free(Writes);
            NativeMemory.Free(Readers);
            foreach (nint reads in _reads)
                NativeMemory.Free((void*)reads);
        }
    }
}
