using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

// A warp's accesses, many units at a time. What is plainly in order is noted here; whatever is not is left to Touch,
// which looks closely and says what is wrong. Both note the same.
internal sealed unsafe partial class SharedMemory
{
    private const int Step = 8;

    /// <summary>A whole warp whose lanes' bytes follow each other: checked and noted at once.</summary>
    /// <returns>False, with nothing noted, where a lane may be at fault: then each is to be touched.</returns>
    public bool TryTouchRow(Operation at, Warp warp, ulong offset, int bytes, AccessKind kind)
    {
        int total = bytes * Warp.Lanes;
        bool isFine = kind != AccessKind.Atomic && _atomicWarps == null && offset < (ulong)Size
            && (ulong)Size - offset >= (ulong)total && (offset & (ulong)(bytes - 1)) == 0;
        if (!isFine)
            return false;
        int first = (int)offset >> _unitShift, end = first + (total >> _unitShift);
        int laneShift = BitOperations.Log2((uint)bytes) - _unitShift;
        var written = new Span<byte>(Written + offset, total);
        if (kind == AccessKind.Read && written.ContainsAnyExcept((byte)255))
            return false;
        if (!_findsRaces)
        {
            if (kind == AccessKind.Write)
                written.Fill(255);
            return true;
        }

        var by = new Accessor(_block.Clocks, warp.Index, at.Pc);
        for (int unit = first; unit < end; unit += Step)
        {
            Vector512<ulong> lanes = ShadowRecord.Lanes(unit - first, laneShift);
            bool inOrder = by.IsAfter(Vector512.Load(_writes + unit), lanes)
                && (kind == AccessKind.Read || IsAfterReads(by, unit, lanes, Step));
            if (!inOrder)
                return false;
        }

        if (kind == AccessKind.Write)
            written.Fill(255);
        for (int unit = first; unit < end; unit += Step)
        {
            Vector512<ulong> records = Vector512.Create(by.Record) | ShadowRecord.Lanes(unit - first, laneShift);
            if (kind == AccessKind.Write)
            {
                records.Store(_writes + unit);
                Vector256<uint>.Zero.Store(_readers + unit);
            }
            else
            {
                NoteReads(by, unit, records, Step);
            }
        }

        return true;
    }

    /// <summary>
    /// Lanes anywhere, in their order; those that are plainly right without the detour of <see cref="Touch"/>.
    /// </summary>
    /// <param name="noted">The lane that accesses are noted under; negative for each its own.</param>
    public void TouchLanes(
        Operation at, Warp warp, uint mask, ulong* addresses, int bytes, AccessKind kind, int noted = -1)
    {
        var by = new Accessor(_block.Clocks, warp.Index, at.Pc);
        bool mayBeQuick = kind != AccessKind.Atomic && _atomicWarps == null;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong offset = addresses[lane];
            ulong record = ShadowRecord.WithLane(by.Record, noted < 0 ? lane : noted);
            if (!mayBeQuick || !TryTouch(by, record, offset, bytes, kind))
                Touch(at, warp, lane, offset, bytes, kind, noted);
        }
    }

    /// <summary>One access, where it is plainly right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTouch(in Accessor by, ulong record, ulong offset, int bytes, AccessKind kind)
    {
        if (offset >= (ulong)Size || (ulong)Size - offset < (ulong)bytes || (offset & (ulong)(bytes - 1)) != 0)
            return false;
        int first = (int)offset >> _unitShift, end = ((int)offset + bytes - 1) >> _unitShift;
        if (kind == AccessKind.Read && !IsWritten((int)offset, bytes))
            return false;
        if (!_findsRaces)
        {
            if (kind == AccessKind.Write)
                MarkWritten((int)offset, bytes);
            return true;
        }

        if (end - first == Step - 1 || end - first == (Step / 2) - 1)
            return TryTouch(by, Vector512.Create(record), first, end + 1 - first, (int)offset, bytes, kind);
        if (kind == AccessKind.Read)
        {
            for (int unit = first; unit <= end; unit++)
            {
                if (!by.IsAfter(_writes[unit], record))
                    return false;
            }

            for (int unit = first; unit <= end; unit++)
                Note(_readers, _reads, by.Warp, unit, record);
            return true;
        }

        for (int unit = first; unit <= end; unit++)
        {
            if (!by.IsAfter(_writes[unit], record) || !IsAfterReads(by, unit, record))
                return false;
        }

        for (int unit = first; unit <= end; unit++)
        {
            _writes[unit] = record;
            _readers[unit] = 0;
        }

        MarkWritten((int)offset, bytes);
        return true;
    }

    /// <summary>The same of up to eight units, all noted under one lane.</summary>
    private bool TryTouch(
        in Accessor by, Vector512<ulong> record, int unit, int count, int offset, int bytes, AccessKind kind)
    {
        Vector512<ulong> noted = Vector512.Load(_writes + unit), ours = Ours(count);

        // Several lanes are never "the same lane" as another access.
        Vector512<ulong> lane = record & Vector512.Create(ShadowRecord.LaneMask);
        if (lane.ToScalar() == ShadowRecord.LaneMask)
            lane = Vector512<ulong>.AllBitsSet;
        if (!by.IsAfter(noted & ours, lane))
            return false;
        if (kind == AccessKind.Read)
        {
            NoteReads(by, unit, record, count);
            return true;
        }

        if (!IsAfterReads(by, unit, lane, count))
            return false;
        Vector512.ConditionalSelect(ours, record, noted).Store(_writes + unit);
        (Vector256.Load(_readers + unit) & ~Ours32(count)).Store(_readers + unit);
        MarkWritten(offset, bytes);
        return true;
    }

    /// <summary>All ones in the first units.</summary>
    private static Vector512<ulong> Ours(int count) =>
        Vector512.LessThan(Vector512<ulong>.Indices, Vector512.Create((ulong)count));

    private static Vector256<uint> Ours32(int count) =>
        Vector256.LessThan(Vector256<uint>.Indices, Vector256.Create((uint)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAfterReads(in Accessor by, int unit, ulong record)
    {
        for (uint warps = _readers[unit]; warps != 0; warps &= warps - 1)
        {
            if (!by.IsAfter(_reads[((long)BitOperations.TrailingZeroCount(warps) * _units) + unit], record))
                return false;
        }

        return true;
    }

    /// <summary>Whether all noted reads of up to eight units are in order before a write to them.</summary>
    private bool IsAfterReads(in Accessor by, int unit, Vector512<ulong> lanes, int count)
    {
        Vector256<uint> readers = Vector256.Load(_readers + unit) & Ours32(count);
        if (readers == Vector256<uint>.Zero)
            return true;
        uint any = 0;
        for (int i = 0; i < count; i++)
            any |= _readers[unit + i];
        for (; any != 0; any &= any - 1)
        {
            int warp = BitOperations.TrailingZeroCount(any);
            Vector512<ulong> noted = Vector512.Load(_reads + ((long)warp * _units) + unit) & HasBit(readers, warp);
            if (!by.IsAfter(noted, lanes, warp))
                return false;
        }

        return true;
    }

    /// <summary>Notes up to eight units, as <see cref="Note"/> does one.</summary>
    private void NoteReads(in Accessor by, int unit, Vector512<ulong> records, int count)
    {
        Vector256<uint> readers = Vector256.Load(_readers + unit);
        ulong* reads = _reads + ((long)by.Warp * _units) + unit;
        Vector512<ulong> last = Vector512.Load(reads), difference = last ^ records;
        Vector512<ulong> others = HasBit(readers, by.Warp)
            & Vector512.Equals(difference & Vector512.Create(ShadowRecord.EpochMask), Vector512<ulong>.Zero)
            & ~Vector512.Equals(difference & Vector512.Create(ShadowRecord.LaneMask), Vector512<ulong>.Zero);
        Vector512<ulong> noted = records | (others & Vector512.Create(ShadowRecord.LaneMask));
        Vector512.ConditionalSelect(Ours(count), noted, last).Store(reads);
        (readers | (Vector256.Create(1u << by.Warp) & Ours32(count))).Store(_readers + unit);
    }

    /// <summary>All ones where a warp is among the readers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> HasBit(Vector256<uint> readers, int warp)
    {
        Vector256<uint> bit = Vector256.Create(1u << warp);
        Vector256<int> has = Vector256.Equals(readers & bit, bit).AsInt32();
        (Vector256<long> lower, Vector256<long> upper) = Vector256.Widen(has);
        return Vector512.Create(lower, upper).AsUInt64();
    }

    /// <summary>Who accesses: a warp at an instruction, with what it has seen of the others.</summary>
    private readonly struct Accessor(Clocks clocks, int warp, int pc)
    {
        private readonly uint* _clock = clocks.Of(warp);

        /// <summary>
        /// A record below it, and not pending, is of an access that every warp's barrier has put behind.
        /// </summary>
        private readonly ulong _bound = ShadowRecord.Make(clocks.Settled(warp) + 1, 0, 0, 0);

        public int Warp => warp;

        /// <summary>Of lane 0.</summary>
        public ulong Record { get; } = ShadowRecord.Make(clocks.Epoch(warp), warp, 0, pc);

        /// <summary>
        /// Whether an access is in order before that of <paramref name="own"/>'s lane, if it is one lane.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsAfter(ulong record, ulong own) =>
            (record & ShadowRecord.Pending) == 0 && (record < _bound || IsAfterClosely(record, own));

        /// <param name="lanes">The accesses' lanes, as records have them.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsAfter(Vector512<ulong> records, Vector512<ulong> lanes)
        {
            if ((records & Vector512.Create(ShadowRecord.Pending)) != Vector512<ulong>.Zero)
                return false;
            if (Vector512.LessThanAll(records, Vector512.Create(_bound)))
                return true;
            ulong first = records.ToScalar();
            Vector512<ulong> differs = (records ^ Vector512.Create(first)) & Vector512.Create(ShadowRecord.WarpMask);
            bool isOne = (differs & ~Vector512.Equals(records, Vector512<ulong>.Zero)) == Vector512<ulong>.Zero;
            return isOne && IsAfter(records, lanes, ShadowRecord.Warp(first));
        }

        /// <summary>The same of records that are all of one warp (or 0), and not pending.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsAfter(Vector512<ulong> records, Vector512<ulong> lanes, int of)
        {
            Vector512<ulong> seen = Vector512.Create(ShadowRecord.Make(_clock[of], 0, 0, 0));
            Vector512<ulong> past = Vector512.LessThan(records, seen);
            Vector512<ulong> now = Vector512.Equals(records & Vector512.Create(ShadowRecord.EpochMask), seen);
            if (of == warp)
                now &= Vector512.Equals(records & Vector512.Create(ShadowRecord.LaneMask), lanes);
            return (past | now) == Vector512<ulong>.AllBitsSet;
        }

        private bool IsAfterClosely(ulong record, ulong own)
        {
            int by = ShadowRecord.Warp(record);
            uint epoch = ShadowRecord.Epoch(record), seen = _clock[by];
            return epoch < seen || (epoch == seen && (by != warp
                || (ShadowRecord.Lane(record) == ShadowRecord.Lane(own)
                    && ShadowRecord.Lane(own) != ShadowRecord.SeveralLanes)));
        }
    }
}
