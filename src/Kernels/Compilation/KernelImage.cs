namespace MolEngine.Kernels.Compilation;

/// <summary>What is loaded into a device for a source.</summary>
/// <param name="Bytes">A cubin, or PTX as UTF-8 text.</param>
/// <param name="Origin">For people: who made it, and whether it came out of the cache.</param>
/// <param name="Signatures">Signatures of its kernels.</param>
public sealed record KernelImage(
    string Name, ReadOnlyMemory<byte> Bytes, string Origin, IReadOnlyList<KernelSignature> Signatures)
{
    /// <summary>What to load where the driver refuses this one; null where there is no other.</summary>
    public KernelImage? Otherwise { get; init; }
}
