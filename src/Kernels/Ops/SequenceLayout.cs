using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>
/// How T tokens, laid end to end without padding, fall into rows and documents. Attention stays inside a document;
/// sums over tokens (weight gradients) are taken row by row and added in row order, so that they do not depend on how a
/// batch is split into micro-batches.
/// </summary>
/// <param name="RowStarts">[R + 1], ascending from 0 to T: row r holds tokens RowStarts[r] .. RowStarts[r + 1]. Rows
/// may be empty.</param>
/// <param name="DocumentStarts">[D + 1], ascending from 0 to T. No document crosses a row.</param>
/// <param name="Positions">I32 [T]: rotary position of each token (restarts at 0 in every document).</param>
/// <param name="TokenKeys">I64 [T]: a number for each token that is the same in every split of the batch; dropout
/// masks are drawn from it.</param>
public sealed record SequenceLayout(int[] RowStarts, int[] DocumentStarts, Tensor Positions, Tensor TokenKeys)
{
    /// <summary>T.</summary>
    public int Tokens => RowStarts[^1];

    public int Rows => RowStarts.Length - 1;

    public int Documents => DocumentStarts.Length - 1;
}

/// <summary>Numbers of query heads, of key/value heads (a divisor), and the size of one head.</summary>
public readonly record struct HeadShape(int QueryHeads, int KeyValueHeads, int HeadDim)
{
    public int QuerySize => QueryHeads * HeadDim;

    public int KeyValueSize => KeyValueHeads * HeadDim;

    /// <summary>Query heads that share one key/value head.</summary>
    public int Group => QueryHeads / KeyValueHeads;

    /// <summary>"9 query / 3 key-value heads of 64". A record's own text would divide by zero heads.</summary>
    public override string ToString() => $"{QueryHeads} query / {KeyValueHeads} key-value heads of {HeadDim}";
}

/// <summary>Rotary tables made in float64 and stored in fp32: Cos and Sin [P, HeadDim / 2], a row a position.</summary>
public sealed record RotaryTable(Tensor Cos, Tensor Sin);
