using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>How kernels divide tokens: by the layout alone where sums are taken, else as the device can hold.</summary>
internal sealed partial class CudaOps
{
    /// <summary>
    /// Tokens of a row that a block sums before they join the row's sum. A partial sum is read and written once: the
    /// sixteenth part of a pass over fp32.
    /// </summary>
    private const int ChunkTokens = 16;

    /// <summary>Of kernels/rowsum.cu.</summary>
    private const int RowSumThreads = 256, RowSumColumns = 32;

    /// <summary>Warps of a multiprocessor below which the work on a token is shared out.</summary>
    private const int SparseWarps = 16;

    /// <summary>Where chunks begin, and where the last ends; and how many there are.</summary>
    private (ulong Starts, int Chunks) TokenChunks(SequenceLayout layout)
    {
        (ulong starts, int count) = _tables.For(layout, "token chunks", l => [.. ChunkStarts(l)]);
        return (starts, count - 1);
    }

    /// <summary>
    /// total += the sums of the rows of what each chunk of tokens has: every row's by itself, rows in order. Nothing
    /// where there is no total.
    /// </summary>
    /// <param name="partial">Address of the first chunk's sum, in fp32.</param>
    /// <param name="stride">Elements from one chunk's sum to the next.</param>
    private void AddByRows(SequenceLayout layout, ulong partial, int stride, Tensor? total)
    {
        if (total is null)
            return;
        (ulong rows, _) = _tables.For(layout, "chunks of rows", ChunksOfRows);
        int width = checked((int)total.Count);
        Launch(
            "rowsum", "add_rows_f32",
            new LaunchShape(new Dim3(Blocks(width, RowSumColumns)), new Dim3(RowSumThreads)),
            Arguments().Add(partial).Add(stride).Add(width).Add(rows).Add(layout.Rows).Add(total));
    }

    /// <summary>
    /// Blocks that share the work on a token out where tokens, a warp each, are few. Results are the same.
    /// </summary>
    /// <param name="most">Pieces that the work on a token has.</param>
    private uint Parts(int tokens, int most) =>
        (uint)Math.Clamp(_context.Properties.Multiprocessors * SparseWarps / tokens, 1, most);

    /// <summary>Elements from a row of a matrix to the next.</summary>
    private static int RowStride(Tensor x) => checked((int)x.Stride);

    /// <summary>Blocks that take so many each of a count above 0.</summary>
    private static uint Blocks(int count, int perBlock) => (uint)((count + perBlock - 1L) / perBlock);

    private static IEnumerable<int> ChunkStarts(SequenceLayout layout)
    {
        for (int row = 0; row < layout.Rows; row++)
        {
            for (int from = layout.RowStarts[row]; from < layout.RowStarts[row + 1]; from += ChunkTokens)
                yield return from;
        }

        yield return layout.Tokens;
    }

    /// <summary>First chunk of each row, and one behind the last.</summary>
    private static int[] ChunksOfRows(SequenceLayout layout)
    {
        var first = new int[layout.Rows + 1];
        for (int row = 0; row < layout.Rows; row++)
        {
            int tokens = layout.RowStarts[row + 1] - layout.RowStarts[row];
            first[row + 1] = first[row] + (int)Blocks(tokens, ChunkTokens);
        }

        return first;
    }
}
