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
        var tile = new HeadTile<S, V>(_pool, _scratch, weight, products);
        var pass = new BaseTopNPass<S, V>(tile, _scratch, targets, result);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens);
    }

    protected override void HeadRowSumsCore(
        HeadResult result, HeadTargets targets, SequenceLayout layout, Tensor sums)
    {
        Span<int> target = targets.Targets.Span<int>();
        Span<double> all = sums.Span<double>();
        for (int column = 0; column < RowSums; column++)
        {
            Tensor figure = result.Summed[column];
            bool isLog = figure == result.TailLogP;
            Span<double> values = figure.Span<double>();
            for (int row = 0; row < layout.Rows; row++)
            {
                double sum = 0;
                for (int t = layout.RowStarts[row]; t < layout.RowStarts[row + 1]; t++)
                    sum += target[t] < 0 ? 0 : isLog ? Math.Exp(values[t]) : values[t];
                all[(row * RowSums) + column] = sum;
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

        if (reference is null && targets.Forms is { } forms)
            HeadForms.CheckWithoutBase(nameof(MolHead), forms.Flags.Span<int>());
        int[]? rows = dWeight is null ? null : layout.RowStarts;
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(MolHead), targets.Targets.Span<int>(), rows, weight.Shape[0], HeadTile<S, V>.BlockTokens);
        foreach (Tensor x in result.Figures)
            x.Span<double>().Clear();
        if (dHidden is not null)
            dHidden.Span<float>().Clear();
        var tile = new HeadTile<S, V>(_pool, _scratch, weight, products);
        var pass = new MolHeadPass<S, V>(tile, _scratch, targets, reference, result, dHidden, dWeight);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens, block.PieceEnds);
    }
}
