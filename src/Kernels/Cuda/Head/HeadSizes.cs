namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// What bounds the head's workspace: with hidden size H it takes 6 bytes for each token of a block and row of a tile (4
/// in fp32), 6 for each token and column of H (8), and 2 H for each row of a tile where fp32 weights are rounded; 0.3
/// GiB at H = 4,096.
/// </summary>
/// <param name="BlockTokens">Most tokens at a time. A weight is read once for each block.</param>
/// <param name="TileRows">
/// Rows of the vocabulary at a time: a multiple of 4, at least <see cref="Ops.Ops.LargestTopN"/>, at most
/// <see cref="LargestTile"/>.
/// </param>
internal sealed record HeadSizes(int BlockTokens = 4096, int TileRows = HeadSizes.LargestTile)
{
    /// <summary>What a block of kernels/head_row.cuh keeps in registers.</summary>
    public const int LargestTile = 8192;
}
