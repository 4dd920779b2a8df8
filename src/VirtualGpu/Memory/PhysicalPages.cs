namespace MolEngine.VirtualGpu.Memory;

/// <summary>Memory without an address: some of the device's capacity, until it is neither held nor mapped.</summary>
internal sealed class PhysicalPages(ulong bytes)
{
    public ulong Bytes => bytes;

    /// <summary>Whether its handle was released.</summary>
    public bool IsReleased { get; set; }

    public bool IsMapped { get; set; }
}
