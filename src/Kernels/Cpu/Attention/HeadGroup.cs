using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Heads that share keys and values. The query heads that share a key/value head lie side by side in a token, so that
/// a block of their queries, gathered, is a matrix [tokens G, D] whose row r is head r % G of token r / G.
/// </summary>
internal readonly record struct HeadGroup(HeadShape Heads)
{
    /// <summary>Query heads to a key/value head.</summary>
    public int Count { get; } = Heads.Group;

    public int HeadDim { get; } = Heads.HeadDim;

    /// <summary>Floats of a token in y and dy, which are dense.</summary>
    public nint QueryStride { get; } = Heads.QuerySize;

    /// <summary>Floats of one token in the gathered matrix.</summary>
    public int Width => Count * HeadDim;

    /// <summary>1 / sqrt(D).</summary>
    public float Scale { get; } = (float)(1 / Math.Sqrt(Heads.HeadDim));

    /// <summary>Queries in a block.</summary>
    public int QueryBlock => AttentionUnits.QueryBlock(Count);

    /// <summary>Rows of a gathered block.</summary>
    public int BlockRows => QueryBlock * Count;
}
