namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A variable in global, constant, shared or local memory, or a kernel's parameter.</summary>
internal sealed record PtxVariable(string Name, StateSpace Space, int Align, long Size)
{
    /// <summary>Bytes of one element of an array.</summary>
    public int ElementSize { get; init; }

    /// <summary>extern .shared NAME[]: its size is given at launch.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>Null where the variable has no initialiser (global memory then starts as zeros).</summary>
    public byte[]? Initial { get; init; }

    /// <summary>Addresses of other variables in the initialiser: (offset in bytes, name, added offset).</summary>
    public IReadOnlyList<(long Offset, string Name, long Added)> References { get; init; } = [];
}
