using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>How passes over elements, tokens and columns are divided into tasks: by the problem alone.</summary>
internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>
    /// Elements of a task of an elementwise pass: 64 KiB of fp32, a few microseconds, and a multiple of every width.
    /// </summary>
    private const int ChunkElements = 1 << 14;

    /// <summary>
    /// Columns of a task where tokens must be taken in order: 256 bytes, whole cache lines, a multiple of every width.
    /// </summary>
    private const int ColumnBlock = 64;

    /// <summary>
    /// Tokens summed in one go before they join the sum of their row: keeps the rounding error of long rows low.
    /// </summary>
    private const int BlockTokens = 64;

    /// <summary>
    /// Runs <paramref name="body"/> (start, count) over chunks of 0 .. count - 1. Their borders depend on the count
    /// alone.
    /// </summary>
    private void ForChunks(long count, Action<long, int> body)
    {
        int chunks = checked((int)((count + ChunkElements - 1) / ChunkElements));
        _pool.For(chunks, (chunk, _) =>
        {
            long start = (long)chunk * ChunkElements;
            body(start, (int)Math.Min(ChunkElements, count - start));
        });
    }

    /// <summary>
    /// Runs <paramref name="body"/> for every token, in tasks of about <see cref="ChunkElements"/> elements.
    /// </summary>
    private void ForTokens(int tokens, int width, Action<int> body)
    {
        int perTask = Math.Max(1, ChunkElements / Math.Max(1, width));
        _pool.For((tokens + perTask - 1) / perTask, (task, _) =>
        {
            int end = Math.Min(tokens, (task + 1) * perTask);
            for (int t = task * perTask; t < end; t++)
                body(t);
        });
    }

    /// <summary>
    /// Runs <paramref name="body"/> for every one of <paramref name="count"/> pieces of work, which together go over
    /// <paramref name="elements"/>: where these are no more than a task should have, on the caller.
    /// </summary>
    private void ForPieces(int count, long elements, Action<int> body)
    {
        int perTask = elements <= ChunkElements ? Math.Max(1, count) : 1;
        _pool.For((count + perTask - 1) / perTask, (task, _) =>
        {
            int end = Math.Min(count, (task + 1) * perTask);
            for (int i = task * perTask; i < end; i++)
                body(i);
        });
    }

    /// <summary>
    /// Runs <paramref name="body"/> (first column, columns) for every block of <see cref="ColumnBlock"/> columns.
    /// </summary>
    private void ForColumns(int columns, Action<int, int> body) =>
        _pool.For((columns + ColumnBlock - 1) / ColumnBlock, (block, _) =>
            body(block * ColumnBlock, Math.Min(ColumnBlock, columns - block * ColumnBlock)));

    /// <summary>
    /// Every row's tokens in blocks of <see cref="BlockTokens"/> that begin at its first: sums over a row's tokens that
    /// are taken by them depend on the row alone.
    /// </summary>
    private static TokenBlock[] TokenBlocks(SequenceLayout layout)
    {
        var blocks = new List<TokenBlock>();
        for (int row = 0; row < layout.Rows; row++)
        {
            int end = layout.RowStarts[row + 1];
            for (int from = layout.RowStarts[row]; from < end; from += BlockTokens)
                blocks.Add(new TokenBlock(row, from, Math.Min(from + BlockTokens, end)));
        }

        return [.. blocks];
    }

    /// <summary>
    /// gradient += the sums of the blocks: each row's by themselves, in order, then row after row. Nothing where there
    /// is no gradient.
    /// </summary>
    /// <param name="partials">A block's sum of <paramref name="width"/> floats every stride.</param>
    private void AddByRows(TokenBlock[] blocks, float* partials, nint stride, int width, Tensor? gradient)
    {
        if (gradient is null)
            return;
        float* total = F32(gradient), sum = _scratch.Get("sum of a row", width);
        for (int b = 0; b < blocks.Length; b++)
        {
            if (b == 0 || blocks[b].Row != blocks[b - 1].Row)
                new Span<float>(sum, width).Clear();
            RowMath<S, V>.Add(partials + b * stride, sum, sum, width);
            if (b + 1 == blocks.Length || blocks[b].Row != blocks[b + 1].Row)
                RowMath<S, V>.Add(sum, total, total, width);
        }
    }

    /// <summary>
    /// A vector of weights (a norm's, a bias) as fp32: itself, or a widened copy that lasts until the next call.
    /// </summary>
    private float* Widened(Tensor vector)
    {
        if (vector.Type == DType.F32)
            return F32(vector);
        int count = checked((int)vector.Count);
        float* values = _scratch.Get("widened vector", count);
        RowMath<S, V>.Widen((ushort*)vector.Address, values, count);
        return values;
    }

    /// <summary>Tokens From .. To - 1 of a row.</summary>
    private readonly record struct TokenBlock(int Row, int From, int To);
}
