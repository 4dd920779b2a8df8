using MolEngine.Kernels.Device;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>
/// The device's address space. Allocations, and pieces that they are divided into, start at multiples of 256 and have a
/// guard range between them; addresses are never used again, so that one that was freed is recognised. Mapped memory of
/// the host lies where the host has it. Allocations take whole pages of the capacity. Not thread-safe; kernels only
/// look up.
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
    /// <summary>Of allocations and of their pieces.</summary>
    public const ulong Alignment = 256;

    private const ulong Guard = 64 * 1024;
    private const int RememberedFrees = 4096;

    /// <summary>Allocations by address, freed ones included.</summary>
    private readonly List<DeviceAllocation> _allocations = [];
    private ulong _next = FirstAddress;
    private int _freed;

    public long Capacity => capacity;

    /// <summary>Bytes of live allocations, in whole pages.</summary>
    public long InUse { get; private set; }

    /// <summary>The most that ever were.</summary>
    public long MostInUse { get; private set; }

    /// <summary>Allocations that were not freed; pieces are none.</summary>
    public int LiveAllocations { get; private set; }

    /// <returns>Null where the device has no room for it.</returns>
    public DeviceAllocation? Allocate(long bytes, string? name = null)
    {
        if (DevicePages.Round(bytes) > capacity - InUse)
            return null;
        var allocation = new DeviceAllocation(_next, bytes, name ?? $"allocation {_next:x}");
        Place(allocation);
        LiveAllocations++;
        InUse += DevicePages.Round(bytes);
        MostInUse = Math.Max(MostInUse, InUse);
        return allocation;
    }

    /// <summary>Addresses in whole pages, with nothing behind them.</summary>
    public ulong Reserve(ulong bytes)
    {
        const ulong Page = (ulong)DevicePages.Bytes;
        ulong start = (_next + Page - 1) / Page * Page;
        _next = start + bytes + Guard;
        return start;
    }

    /// <summary>Memory at reserved addresses, of capacity that was taken before.</summary>
    public DeviceAllocation Map(ulong start, long bytes)
    {
        var mapped = new DeviceAllocation(start, bytes, $"pages {start:x}") { IsTakenApart = true };
        Insert(mapped);
        LiveAllocations++;
        return mapped;
    }

    /// <summary>Takes some of the capacity.</summary>
    /// <returns>False where there is not so much.</returns>
    public bool TryTake(long bytes)
    {
        if (bytes > capacity - InUse)
            return false;
        InUse += bytes;
        MostInUse = Math.Max(MostInUse, InUse);
        return true;
    }

    public void GiveBack(long bytes) => InUse -= bytes;

    /// <summary>A variable of a module, which lies in the context's memory and takes none of the program's.</summary>
    public DeviceAllocation AllocateVariable(long bytes, string name, bool isReadOnly)
    {
        var variable = new DeviceAllocation(_next, bytes, name) { IsReadOnly = isReadOnly, IsTakenApart = true };
        Place(variable);
        LiveAllocations++;
        return variable;
    }

    /// <summary>
    /// Divides a piece off an allocation: it is reached under an address of its own, with a guard range behind it, and
    /// what is left of the allocation by fills alone.
    /// </summary>
    /// <exception cref="VirtualGpuFault">No allocation starts there, or it has no such piece.</exception>
    public DeviceAllocation Divide(ulong allocation, ulong offset, ulong bytes, string name)
    {
        try
        {
            if (Find(allocation) is not { IsFreed: false, Whole: null } found || found.Start != allocation)
                throw new ArgumentException($"'{name}': no allocation starts at {allocation:x}");
            DeviceAllocation piece = found.Divide(offset, bytes, _next, name);
            Place(piece);
            return piece;
        }
        catch (ArgumentException e)
        {
            throw new VirtualGpuFault(FaultKind.OutOfBounds, $"a piece of an allocation: {e.Message}")
            {
                Address = allocation + offset,
                Thread = (-1, -1, -1),
            };
        }
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
        LiveAllocations++;
        return allocation;
    }

    public void Free(DeviceAllocation allocation)
    {
        allocation.Free();
        if (allocation is { IsMapped: false, IsTakenApart: false })
            InUse -= DevicePages.Round(allocation.Size);
        LiveAllocations--;
        _freed += 1 + allocation.Pieces.Count;
        if (_freed > 2 * RememberedFrees)
        {
            int surplus = _freed - RememberedFrees;
            _allocations.RemoveAll(a => a.IsFreed && surplus-- > 0);
            _freed = RememberedFrees;
        }
    }

    /// <summary>The allocation or piece that holds the address, freed ones included; null where none does.</summary>
    public DeviceAllocation? Find(ulong address)
    {
        int index = LastStartingAt(address);
        return index >= 0 && _allocations[index].Contains(address) ? _allocations[index] : null;
    }

    /// <summary>A live allocation or piece that holds the whole range.</summary>
    /// <param name="what">For the message: what the range is for.</param>
    /// <param name="isFill">Whether it may reach over the pieces of an allocation, under the allocation's address.
    /// </param>
    /// <exception cref="VirtualGpuFault">Out of bounds, or freed.</exception>
    public DeviceAllocation Range(ulong address, ulong bytes, string what, bool isFill = false)
    {
        DeviceAllocation? allocation = Find(address);
        if (allocation is { IsFreed: false } && address - allocation.Start + bytes <= (ulong)allocation.Size
            && (isFill || !allocation.IsDivided))
        {
            return allocation;
        }

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
            if (found.IsFreed)
                return $"{found.Describe(address)} was freed";
            return found.IsDivided
                ? $"{found.Describe(address)}: it is given out in pieces, which have addresses of their own"
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

    /// <summary>At the next address, with a guard behind it.</summary>
    private void Place(DeviceAllocation allocation)
    {
        Insert(allocation);
        _next = (allocation.End + Guard + Alignment - 1) & ~(Alignment - 1);
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
