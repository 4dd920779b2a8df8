namespace MolEngine.Kernels.Ops;

/// <summary>Memory of a device that a backend holds.</summary>
/// <param name="Parts">Its arenas and its workspace.</param>
public sealed record DeviceMemoryUse(IReadOnlyList<(string What, long Bytes)> Parts)
{
    public long Bytes { get; } = Parts.Sum(p => p.Bytes);
}
