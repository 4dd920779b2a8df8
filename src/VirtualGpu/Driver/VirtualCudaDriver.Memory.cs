using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Driver;

// Allocations, copies and fills.
public sealed unsafe partial class VirtualCudaDriver
{
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
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Work that still uses the memory meets freed memory when it runs.</summary>
    public CUresult cuMemFree(ulong address)
    {
        if (_current.Value == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
        if (address == 0)
            return CUresult.CUDA_SUCCESS;
        if (_memory.Find(address) is not { IsFreed: false } allocation || allocation.Start != address)
        {
            string what = _memory.Find(address) is { IsFreed: true }
                ? "it was freed before"
                : "no allocation starts there";
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"cuMemFree({address:x}): {what}");
        }

        _memory.Free(allocation);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags)
    {
        address = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (bytes == 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, "cuMemHostAlloc of 0 bytes");
        var host = new HostAllocation(bytes);
        _objects[host.Address] = host;
        address = host.Address;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemFreeHost(nint address)
    {
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

    public CUresult cuMemcpyDtoD(ulong destination, ulong source, nuint bytes) =>
        cuMemcpyDtoDAsync(destination, source, bytes, 0);

    /// <summary>From pageable memory the source is read now; from pinned memory when the stream comes to it.</summary>
    public CUresult cuMemcpyHtoDAsync(ulong destination, void* source, nuint bytes, nint stream) =>
        OnStream(stream, s =>
    {
        const string What = "cuMemcpyHtoDAsync";
        var range = new HostRange((nint)source, checked((int)bytes));
        if (!IsPinned(range))
        {
            byte[] staged = new ReadOnlySpan<byte>(source, (int)bytes).ToArray();
            _scheduler.Enqueue(s, () => Write(destination, staged, What));
            return;
        }

        // Queued work may still write the source, and rightly; the host may not.
        bool isWritten = _scheduler.Pending.Any(w => w.Writes?.Overlaps(range) ?? false);
        byte[]? before = isWritten ? null : new ReadOnlySpan<byte>(source, (int)bytes).ToArray();
        _scheduler.Enqueue(s, () => WriteFromPinned(destination, range, before), reads: range);
    });

    /// <summary>
    /// To pageable memory the copy is done on return. Pinned memory is written when the stream comes to it; what it
    /// held is spoiled at once, as nobody may rely on it.
    /// </summary>
    public CUresult cuMemcpyDtoHAsync(void* destination, ulong source, nuint bytes, nint stream) =>
        OnStream(stream, s =>
    {
        const string What = "cuMemcpyDtoHAsync";
        var range = new HostRange((nint)destination, checked((int)bytes));
        bool isPinned = IsPinned(range);
        bool isInUse = _scheduler.Pending.Any(
            w => (w.Reads?.Overlaps(range) ?? false) || (w.Writes?.Overlaps(range) ?? false));
        if (isPinned && !isInUse)
            new Span<byte>(destination, (int)bytes).Fill(0xCD);
        QueuedWork work = _scheduler.Enqueue(
            s, () => Read((byte*)range.Start, source, bytes, What), writes: isPinned ? range : null);
        if (!isPinned)
            _scheduler.Complete(work);
    });

    public CUresult cuMemcpyDtoDAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        OnStream(stream, s =>
        _scheduler.Enqueue(s, () => CopyOnDevice(destination, source, bytes)));

    public CUresult cuMemsetD8(ulong destination, byte value, nuint count) =>
        cuMemsetD8Async(destination, value, count, 0);

    public CUresult cuMemsetD32(ulong destination, uint value, nuint count) =>
        cuMemsetD32Async(destination, value, count, 0);

    public CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) => OnStream(stream, s =>
        _scheduler.Enqueue(s, () => Fill(destination, value * 0x01010101u, count, "cuMemsetD8")));

    public CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream)
    {
        if ((destination & 3) != 0)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"cuMemsetD32 at {destination:x}: expected a multiple of 4");
        return OnStream(stream, s => _scheduler.Enqueue(s, () => Fill(destination, value, count * 4, "cuMemsetD32")));
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
        if (bytes == 0)
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
                $"cuMemcpyHtoDAsync: the host changed pinned memory ({source.Bytes:N0} bytes at {source.Start:x}) "
                + "while a copy from it was queued: wait for the copy (an event or its stream) before writing again");
        }

        Write(destination, now, "cuMemcpyHtoDAsync");
    }

    private void Read(byte* destination, ulong source, nuint bytes, string what)
    {
        if (bytes == 0)
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
        if (bytes == 0)
            return;
        DeviceAllocation from = _memory.Range(source, bytes, "cuMemcpyDtoD (source)");
        DeviceAllocation to = _memory.Range(destination, bytes, "cuMemcpyDtoD (destination)");
        long fromOffset = (long)(source - from.Start), toOffset = (long)(destination - to.Start);
        Buffer.MemoryCopy(from.Data + fromOffset, to.Data + toOffset, (long)bytes, (long)bytes);
        Buffer.MemoryCopy(from.Written + fromOffset, to.Written + toOffset, (long)bytes, (long)bytes);
    }

    private void Fill(ulong destination, uint value, nuint bytes, string what)
    {
        if (bytes == 0)
            return;
        DeviceAllocation allocation = _memory.Range(destination, bytes, what);
        long offset = (long)(destination - allocation.Start);
        for (nuint i = 0; i < bytes; i++)
            allocation.Data[offset + (long)i] = (byte)(value >> (int)(8 * (i & 3)));
        NativeMemory.Fill(allocation.Written + offset, bytes, 255);
    }

    private static VirtualGpuFault StreamFault(string what) => new(FaultKind.Stream, what) { Thread = NoThread };
}
