namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A kernel.</summary>
internal sealed class PtxEntry
{
    public required string Name { get; init; }

    public required IReadOnlyList<PtxVariable> Parameters { get; init; }

    /// <summary>Shared and local variables declared in the body.</summary>
    public required IReadOnlyList<PtxVariable> Variables { get; init; }

    public required IReadOnlyList<PtxRegister> Registers { get; init; }

    public required IReadOnlyList<PtxInstruction> Instructions { get; init; }

    /// <summary>Label to the index of the instruction after it (the count for one at the end).</summary>
    public required IReadOnlyDictionary<string, int> Labels { get; init; }

    /// <summary>.maxntid or .reqntid: the largest block; null where not given.</summary>
    public int? MaxThreads { get; init; }

    /// <summary>.reqntid: the only block allowed.</summary>
    public (int X, int Y, int Z)? RequiredThreads { get; init; }

    public int Line { get; init; }
}
