using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <remarks>
/// What is computed for a document depends on the document alone: blocks begin where it begins. Which kernel runs
/// depends on the activations' type and the size of a head, never on the number of tokens; over pages, where nothing is
/// trained, on the number of new tokens, too.
/// </remarks>
internal sealed partial class CudaOps
{
    protected override void AttentionCore(
        Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        CheckHeadDim(nameof(Attention), heads, AttentionKernel.LargestHeadDim);
        var kernel = AttentionKernel.Forward(IsBf16, heads.HeadDim);
        (ulong blocks, int count) = QueryBlocks(layout, kernel.Rows);
        Forward(kernel, q, k, v, heads, y, lse, blocks, count);
    }

    protected override void AttentionBackwardCore(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv)
    {
        CheckHeadDim(nameof(AttentionBackward), heads, AttentionKernel.LargestHeadDim);
        int tokens = q.Shape[0];
        if (tokens == 0)
            return;
        AttentionShape shape = AttentionShape.Of(heads, q, k, v).WithGradients(dq, dk, dv);
        DeviceMemory terms = _scratch.Get("attention terms", DType.F32, 2L * tokens * heads.QueryHeads);
        var kernel = AttentionKernel.Terms(IsBf16);
        Launch(
            kernel.Source, kernel.Name, kernel.Shape((tokens + kernel.Rows - 1) / kernel.Rows, heads.QueryHeads),
            Arguments().Add(y).Add(dy).Add(lse).Add(terms).Add(tokens).Add(shape));

        kernel = AttentionKernel.Queries(IsBf16, heads.HeadDim);
        (ulong blocks, int count) = QueryBlocks(layout, kernel.Rows);
        Launch(
            kernel.Source, kernel.Name, kernel.Shape(count, heads.QueryHeads),
            Arguments().Add(q).Add(k).Add(v).Add(dy).Add(terms).Add(dq).Add(blocks).Add(tokens).Add(shape));

        kernel = AttentionKernel.Keys(IsBf16, heads.HeadDim);
        int rows = kernel.Rows;
        (blocks, count) = _tables.For(
            layout, $"attention keys {rows}", l => AttentionBlocks.OfKeys(l.DocumentStarts, rows));
        Launch(
            kernel.Source, kernel.Name, kernel.Shape(count / AttentionBlocks.Width, heads.KeyValueHeads),
            Arguments().Add(q).Add(k).Add(v).Add(dy).Add(terms).Add(dk).Add(dv).Add(blocks).Add(tokens).Add(shape));
    }

    private void Forward(
        in AttentionKernel kernel, Tensor q, Tensor k, Tensor v, HeadShape heads, Tensor y, Tensor? lse,
        ulong blocks, int count)
    {
        if (count == 0)
            return;
        Launch(
            kernel.Source, kernel.Name, kernel.Shape(count, heads.QueryHeads),
            Arguments().Add(q).Add(k).Add(v).Add(y).Add(lse).Add(blocks)
                .Add(AttentionShape.Of(heads, q, k, v)));
    }

    private (ulong Blocks, int Count) QueryBlocks(SequenceLayout layout, int rows)
    {
        (ulong address, int count) = _tables.For(
            layout, $"attention queries {rows}", l => AttentionBlocks.OfQueries(l.DocumentStarts, rows));
        return (address, count / AttentionBlocks.Width);
    }

    /// <param name="most">What the op's kernels hold.</param>
    private static void CheckHeadDim(string op, HeadShape heads, int most)
    {
        if (heads.HeadDim > most)
        {
            throw new ArgumentException(
                $"{op}: heads: expected a size of at most {most} on a GPU, got {heads.HeadDim}. Run this model on the "
                + "CPU.");
        }
    }
}
