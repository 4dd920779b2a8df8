namespace MolEngine.VirtualGpu.Memory;

/// <summary>Memory behind reserved addresses.</summary>
internal sealed record PageMapping(ulong Start, ulong Bytes, PhysicalPages Pages)
{
    /// <summary>What kernels reach; null as long as nobody has access.</summary>
    public DeviceAllocation? Allocation { get; set; }

    public bool Overlaps(ulong address, ulong bytes) => address < Start + Bytes && Start < address + bytes;
}
