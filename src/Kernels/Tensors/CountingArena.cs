namespace MolEngine.Kernels.Tensors;

/// <summary>An arena without memory, which counts what allocations would take of a device's.</summary>
internal sealed class CountingArena() : Arena("count")
{
    /// <summary>Bytes, each piece rounded up.</summary>
    public long Room { get; private set; }

    public override bool IsOnDevice => true;

    protected override nint AllocateBytes(string name, long bytes)
    {
        Room += PieceBytes(bytes);
        return 0;
    }

    protected override void Free()
    {
    }
}
