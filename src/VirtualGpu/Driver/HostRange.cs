namespace MolEngine.VirtualGpu.Driver;

internal readonly record struct HostRange(nint Start, long Bytes)
{
    public bool Overlaps(HostRange other) => Start < other.Start + other.Bytes && other.Start < Start + Bytes;
}
