using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void BaseTopNCore(Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution result)
    {
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(BaseTopN), targets.Targets.Span<int>(), null, weight.Shape[0], HeadTile<S, V>.BlockTokens);
        var pass = new BaseTopNPass<S, V>(new HeadTile<S, V>(_pool, _scratch, weight), _scratch, result);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens);
    }

    protected override void HeadRowSumsCore(
        HeadResult result, HeadTargets targets, SequenceLayout layout, Tensor sums)
    {
        Span<int> target = targets.Targets.Span<int>();
        Span<double> ce = result.CrossEntropy.Span<double>(), kl = result.KlDivergence.Span<double>();
        Span<double> tail = result.TailLogP.Span<double>(), all = sums.Span<double>();
        all.Clear();
        for (int row = 0; row < layout.Rows; row++)
        {
            Span<double> own = all.Slice(row * RowSums, RowSums);
            for (int t = layout.RowStarts[row]; t < layout.RowStarts[row + 1]; t++)
            {
                if (target[t] < 0)
                    continue;
                own[0] += ce[t];
                own[1] += kl[t];
                own[2] += Math.Exp(tail[t]);
            }
        }
    }

    protected override void MolHeadCore(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight)
    {
        if (reference is null && targets.KlWeight.Span<float>().ContainsAnyExcept(0f))
        {
            throw new ArgumentException(
                $"{nameof(MolHead)}: KL weight ({targets.KlWeight.Name}): expected zeros without a base distribution, "
                + "got another value");
        }

        int[]? rows = dWeight is null ? null : layout.RowStarts;
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(MolHead), targets.Targets.Span<int>(), rows, weight.Shape[0], HeadTile<S, V>.BlockTokens);
        Tensor[] figures = [result.CrossEntropy, result.KlDivergence, result.LogSumExp, result.TailLogP];
        foreach (Tensor x in figures)
            x.Span<double>().Clear();
        if (dHidden is not null)
            dHidden.Span<float>().Clear();
        var tile = new HeadTile<S, V>(_pool, _scratch, weight);
        var pass = new MolHeadPass<S, V>(tile, _scratch, targets, reference, result, dHidden, dWeight);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens, block.PieceEnds);
    }
}
