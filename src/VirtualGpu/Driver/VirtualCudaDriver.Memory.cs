using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Driver;

// Allocations, copies and fills.
public sealed unsafe partial class VirtualCudaDriver
{
    private const string CopyAsync = "cuMemcpyAsync";

    private static readonly (int, int, int) NoThread = (-1, -1, -1);

    public CUresult cuMemGetInfo(out nuint free, out nuint total)
    {
        total = (nuint)_memory.Capacity;
        free = (nuint)(_memory.Capacity - _memory.InUse);
        return IsReady(out CUresult status) ? CUresult.CUDA_SUCCESS : status;
    }

    public CUresult cuMemAlloc(out ulong address, nuint bytes)
    {
        address = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (bytes == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, "cuMemAlloc of 0 bytes");
        if (bytes > (nuint)_memory.Capacity || _memory.Allocate((long)bytes) is not { } allocation)
        {
            return Fail(
                CUresult.CUDA_ERROR_OUT_OF_MEMORY,
                $"cuMemAlloc of {bytes:N0} bytes: {_memory.Capacity - _memory.InUse:N0} of {_memory.Capacity:N0} "
                + "are free");
        }

        address = allocation.Start;
        Allocations++;
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Work that still uses the memory meets freed memory when it runs.</summary>
    public CUresult cuMemFree(ulong address)
    {
        if (_current.Value == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
        if (address == 0)
            return CUresult.CUDA_SUCCESS;
        if (_memory.Find(address) is not
            { IsFreed: false, IsMapped: false, IsTakenApart: false, Whole: null } allocation
            || allocation.Start != address)
        {
            string what = _memory.Find(address) is { IsFreed: true }
                ? "it was freed before"
                : "no allocation starts there";
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"cuMemFree({address:x}): {what}");
        }

        _memory.Free(allocation);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>
    /// Kernels reach what was asked for as mapped, and no other. (With unified addressing hardware lets them reach
    /// all.)
    /// </summary>
    public CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags)
    {
        address = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (bytes == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, "cuMemHostAlloc of 0 bytes");
        if (flags.HasFlag(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP))
        {
            address = (nint)_memory.AllocateMapped((long)bytes).Start;
            return CUresult.CUDA_SUCCESS;
        }

        var host = new HostAllocation(bytes);
        _objects[host.Address] = host;
        address = host.Address;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemFreeHost(nint address)
    {
        if (_memory.Find((ulong)address) is { IsMapped: true, IsFreed: false } mapped && mapped.Start == (ulong)address)
        {
            _memory.Free(mapped);
            return CUresult.CUDA_SUCCESS;
        }

        if (!Find(address, out HostAllocation host))
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE,
                $"cuMemFreeHost({address:x}): no pinned memory starts there");
        bool isInUse = _scheduler.Pending.Any(
            w => (w.Reads?.Overlaps(host.Range) ?? false) || (w.Writes?.Overlaps(host.Range) ?? false));
        if (isInUse)
            throw StreamFault(
                "pinned host memory is freed while a queued copy still needs it: synchronise its stream first");
        _objects.Remove(address);
        host.Free();
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes) => Strict(() =>
        _scheduler.Complete(_scheduler.Enqueue(
            _scheduler.Default, () => Write(destination, (byte*)source, bytes, "cuMemcpyHtoD"))));

    public CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes) => Strict(() =>
        _scheduler.Complete(_scheduler.Enqueue(
            _scheduler.Default, () => Read((byte*)destination, source, bytes, "cuMemcpyDtoH"))));

    /// <summary>
    /// A place is the device's, mapped memory included, or in pinned memory that is not mapped, which is read and
    /// written when the stream comes to it; one of them is the device's.
    /// </summary>
    public CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream) => OnStream(stream, s =>
    {
        HostRange to = new((nint)destination, (long)bytes), from = new((nint)source, (long)bytes);
        bool toHost = IsPinned(to), fromHost = IsPinned(from);
        if (toHost && fromHost)
        {
            throw StreamFault(
                $"{CopyAsync} of {bytes:N0} bytes from {source:x} to {destination:x}: expected device memory on one "
                + "side, got pinned memory on both");
        }

        if (fromHost)
            CopyFromPinned(s, destination, from);
        else if (toHost)
            CopyToPinned(s, to, source);
        else
            _scheduler.Enqueue(s, () => CopyOnDevice(destination, source, bytes));
    });

    public CUresult cuMemsetD8(ulong destination, byte value, nuint count) =>
        cuMemsetD8Async(destination, value, count, 0);

    public CUresult cuMemsetD32(ulong destination, uint value, nuint count) =>
        cuMemsetD32Async(destination, value, count, 0);

    public CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) =>
        QueueFill(destination, value * 0x01010101u, count, "cuMemsetD8", stream);

    public CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream)
    {
        if ((destination & 3) != 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"cuMemsetD32 at {destination:x}: expected a multiple of 4");
        return QueueFill(destination, value, count * 4, "cuMemsetD32", stream);
    }

    private CUresult QueueFill(ulong destination, uint value, nuint bytes, string what, nint stream)
    {
        Fills++;
        return OnStream(stream, s => _scheduler.Enqueue(s, () => Fill(destination, value, bytes, what)));
    }

    private void CopyFromPinned(VirtualStream stream, ulong destination, HostRange source)
    {
        // Queued work may still write the source, and rightly; the host may not.
        bool isWritten = Options.DropsWork || _scheduler.Pending.Any(w => w.Writes?.Overlaps(source) ?? false);
        byte[]? before = isWritten ? null : new ReadOnlySpan<byte>((void*)source.Start, (int)source.Bytes).ToArray();
        _scheduler.Enqueue(stream, () => WriteFromPinned(destination, source, before), reads: source);
    }

    /// <summary>What the memory held is spoiled at once, as nobody may rely on it.</summary>
    private void CopyToPinned(VirtualStream stream, HostRange destination, ulong source)
    {
        bool isInUse = _scheduler.Pending.Any(
            w => (w.Reads?.Overlaps(destination) ?? false) || (w.Writes?.Overlaps(destination) ?? false));
        if (!isInUse)
            new Span<byte>((void*)destination.Start, (int)destination.Bytes).Fill(0xCD);
        _scheduler.Enqueue(
            stream, () => Read((byte*)destination.Start, source, (nuint)destination.Bytes, CopyAsync),
            writes: destination);
    }

    private bool IsPinned(HostRange range) => _objects.Values.OfType<HostAllocation>()
        .Any(h => range.Start >= h.Range.Start && range.Start + range.Bytes <= h.Range.Start + h.Range.Bytes);

    private void Write(ulong destination, ReadOnlySpan<byte> bytes, string what)
    {
        fixed (byte* source = bytes)
            Write(destination, source, (nuint)bytes.Length, what);
    }

    private void Write(ulong destination, byte* source, nuint bytes, string what)
    {
        if (bytes == 0 || Options.DropsWork)
            return;
        DeviceAllocation allocation = _memory.Range(destination, bytes, what);
        long offset = (long)(destination - allocation.Start);
        Buffer.MemoryCopy(source, allocation.Data + offset, (long)bytes, (long)bytes);
        NativeMemory.Fill(allocation.Written + offset, bytes, 255);
    }

    private void WriteFromPinned(ulong destination, HostRange source, byte[]? before)
    {
        var now = new ReadOnlySpan<byte>((void*)source.Start, (int)source.Bytes);
        if (before is not null && !now.SequenceEqual(before))
        {
            throw StreamFault(
                $"{CopyAsync}: the host changed pinned memory ({source.Bytes:N0} bytes at {source.Start:x}) "
                + "while a copy from it was queued: wait for the copy (an event or its stream) before writing again");
        }

        Write(destination, now, CopyAsync);
    }

    private void Read(byte* destination, ulong source, nuint bytes, string what)
    {
        if (Options.DropsWork)
            NativeMemory.Clear(destination, bytes);
        if (bytes == 0 || Options.DropsWork)
            return;
        DeviceAllocation allocation = _memory.Range(source, bytes, what);
        long offset = (long)(source - allocation.Start);
        long missing = FirstUnwritten(allocation, offset, (long)bytes);
        if (missing >= 0)
        {
            ulong address = source + (ulong)missing;
            throw new VirtualGpuFault(
                FaultKind.Uninitialised,
                $"{what}: copy of {bytes:N0} bytes from {allocation.Describe(source)}: nothing has written the byte at "
                + $"{missing:N0}")
            {
                Address = address,
                Allocation = allocation.NameAt(address),
                Thread = NoThread,
            };
        }

        Buffer.MemoryCopy(allocation.Data + offset, destination, (long)bytes, (long)bytes);
    }

    private static long FirstUnwritten(DeviceAllocation allocation, long offset, long bytes)
    {
        const int Step = 1 << 20;
        if (allocation.IsCleared)
            return -1;
        for (long at = 0; at < bytes; at += Step)
        {
            var part = new ReadOnlySpan<byte>(allocation.Written + offset + at, (int)Math.Min(Step, bytes - at));
            int found = part.IndexOfAnyExcept((byte)255);
            if (found >= 0)
                return at + found;
        }

        return -1;
    }

    /// <summary>What was not written stays so in the copy.</summary>
    private void CopyOnDevice(ulong destination, ulong source, nuint bytes)
    {
        if (bytes == 0 || Options.DropsWork)
            return;
        DeviceAllocation from = _memory.Range(source, bytes, $"{CopyAsync} (source)");
        DeviceAllocation to = _memory.Range(destination, bytes, $"{CopyAsync} (destination)");
        long fromOffset = (long)(source - from.Start), toOffset = (long)(destination - to.Start);
        Buffer.MemoryCopy(from.Data + fromOffset, to.Data + toOffset, (long)bytes, (long)bytes);
        if (from.IsCleared)
            NativeMemory.Fill(to.Written + toOffset, bytes, 255);
        else
            Buffer.MemoryCopy(from.Written + fromOffset, to.Written + toOffset, (long)bytes, (long)bytes);
    }

    private void Fill(ulong destination, uint value, nuint bytes, string what)
    {
        if (bytes == 0 || Options.DropsWork)
            return;
        DeviceAllocation allocation = _memory.Range(destination, bytes, what, isFill: true);
        if (value == 0 && destination == allocation.Start && (long)bytes == allocation.Size && allocation.TryClear())
            return;
        byte* first = allocation.Data + (destination - allocation.Start);
        if (value == (byte)value * 0x01010101u)
        {
            NativeMemory.Fill(first, bytes, (byte)value);
        }
        else
        {
            for (nuint i = 0; i < bytes; i++)
                first[i] = (byte)(value >> (int)(8 * (i & 3)));
        }

        NativeMemory.Fill(allocation.Written + (destination - allocation.Start), bytes, 255);
    }

    private static VirtualGpuFault StreamFault(string what) => new(FaultKind.Stream, what) { Thread = NoThread };
}
