namespace MolEngine.VirtualGpu.Memory;

/// <summary>Reserved addresses, with what is mapped there.</summary>
internal sealed record AddressRange(ulong Start, ulong Bytes)
{
    public List<PageMapping> Mappings { get; } = [];

    public bool Holds(ulong address, ulong bytes) =>
        address >= Start && address - Start <= Bytes && bytes <= Bytes - (address - Start);
}
