using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>
/// The device's address space. Allocations start at multiples of 256 and have a guard range between them; addresses
/// are never used again, so that one that was freed is recognised. Mapped memory of the host lies where the host has
/// it. Not thread-safe; kernels only look up.
/// </summary>
internal sealed unsafe class DeviceMemory(long capacity) : IDisposable
{
    /// <summary>Where generic addresses of shared memory start.</summary>
    public const ulong SharedWindow = 0x1000_0000_0000;

    /// <summary>Where generic addresses of local memory start.</summary>
    public const ulong LocalWindow = 0x1800_0000_0000;

    /// <summary>Bytes of a window.</summary>
    public const ulong WindowBytes = 1 << 24;

    private const ulong FirstAddress = 0x7000_0000_0000;
    private const ulong Alignment = 256;
    private const ulong Guard = 64 * 1024;
    private const int RememberedFrees = 4096;

    /// <summary>Allocations by address, freed ones included.</summary>
    private readonly List<DeviceAllocation> _allocations = [];
    private ulong _next = FirstAddress;
    private int _freed;

    public long Capacity => capacity;

    /// <summary>Bytes of live allocations.</summary>
    public long InUse { get; private set; }

    /// <summary>The most that ever were.</summary>
    public long MostInUse { get; private set; }

    public int LiveAllocations => _allocations.Count - _freed;

    /// <returns>Null where the device has no room for it.</returns>
    public DeviceAllocation? Allocate(long bytes, string? name = null, bool isReadOnly = false)
    {
        if (bytes > capacity - InUse)
            return null;
        string called = name ?? $"allocation {_next:x}";
        var allocation = new DeviceAllocation(_next, bytes, called) { IsReadOnly = isReadOnly };
        Insert(allocation);
        _next = (allocation.End + Guard + Alignment - 1) & ~(Alignment - 1);
        InUse += bytes;
        MostInUse = Math.Max(MostInUse, InUse);
        return allocation;
    }

    /// <summary>
    /// Pinned memory of the host that kernels reach under its own address: none of the device's capacity.
    /// </summary>
    public DeviceAllocation AllocateMapped(long bytes)
    {
        var allocation = new DeviceAllocation(start: null, bytes, "pinned memory");

        // The host's allocator gives addresses out again.
        _freed -= _allocations.RemoveAll(
            a => a is { IsMapped: true, IsFreed: true } && a.Start < allocation.End && allocation.Start < a.End);
        Insert(allocation);
        return allocation;
    }

    public void Free(DeviceAllocation allocation)
    {
        allocation.Free();
        if (!allocation.IsMapped)
            InUse -= allocation.Size;
        _freed++;
        if (_freed > 2 * RememberedFrees)
        {
            int surplus = _freed - RememberedFrees;
            _allocations.RemoveAll(a => a.IsFreed && surplus-- > 0);
            _freed = RememberedFrees;
        }
    }

    /// <summary>The allocation that holds the address, freed ones included; null where none does.</summary>
    public DeviceAllocation? Find(ulong address)
    {
        int index = LastStartingAt(address);
        return index >= 0 && _allocations[index].Contains(address) ? _allocations[index] : null;
    }

    /// <summary>A live allocation that holds the whole range.</summary>
    /// <param name="what">For the message: what the range is for.</param>
    /// <exception cref="VirtualGpuFault">Out of bounds, or freed.</exception>
    public DeviceAllocation Range(ulong address, ulong bytes, string what)
    {
        DeviceAllocation? allocation = Find(address);
        if (allocation is { IsFreed: false } && address - allocation.Start + bytes <= (ulong)allocation.Size)
            return allocation;
        FaultKind kind = allocation is { IsFreed: true } ? FaultKind.UseAfterFree : FaultKind.OutOfBounds;
        throw new VirtualGpuFault(kind, $"{what}: {bytes:N0} bytes at {address:x}: {Explain(address, bytes)}")
        {
            Address = address,
            Allocation = Nearest(address)?.NameAt(address),
            Thread = (-1, -1, -1),
        };
    }

    /// <summary>Why a range is not inside one live allocation, for a message.</summary>
    public string Explain(ulong address, ulong bytes)
    {
        if (Find(address) is { } found)
        {
            return found.IsFreed
                ? $"{found.Describe(address)} was freed"
                : $"{found.Describe(address)}: the access overruns its end";
        }

        if (address < FirstAddress)
            return address < 4096 ? "a null pointer" : "no global memory lies there";
        if (Nearest(address) is not { } near)
            return "nothing was allocated near it";
        string state = near.IsFreed ? " (freed)" : "";
        return address >= near.End
            ? $"{address - near.End + bytes:N0} bytes past the end of '{near.NameAt(near.End - 1)}' ({near.Size:N0} "
                + $"bytes){state}"
            : $"{near.Start - address:N0} bytes before '{near.NameAt(near.Start)}' ({near.Size:N0} bytes){state}";
    }

    /// <summary>The allocation that holds an address or lies nearest to it.</summary>
    public DeviceAllocation? Nearest(ulong address)
    {
        int index = LastStartingAt(address);
        DeviceAllocation? below = index >= 0 ? _allocations[index] : null;
        DeviceAllocation? above = index + 1 < _allocations.Count ? _allocations[index + 1] : null;
        if (below is null || above is null)
            return below ?? above;
        return address < below.End || address - below.End <= above.Start - address ? below : above;
    }

    public void Dispose()
    {
        foreach (DeviceAllocation allocation in _allocations)
            allocation.Free();
        _allocations.Clear();
    }

    private void Insert(DeviceAllocation allocation) =>
        _allocations.Insert(LastStartingAt(allocation.Start) + 1, allocation);

    private int LastStartingAt(ulong address)
    {
        int low = 0, high = _allocations.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_allocations[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }
}
