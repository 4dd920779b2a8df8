using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void HeadGapCore(
        Tensor baseHidden, Tensor baseWeight, Tensor hidden, Tensor weight, HeadTargets targets,
        BaseDistribution reference, HeadResult result)
    {
        // Two windows are open at a time: half as many tokens take as much memory as one.
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(HeadGap), targets.Targets.Span<int>(), null, weight.Shape[0], HeadTile<S, V>.BlockTokens / 2);
        result.ReverseGap.Span<double>().Clear();
        result.ForwardGap.Span<double>().Clear();
        var pass = new HeadGapPass<S, V>(
            new HeadTile<S, V>(_pool, _scratch, weight, products),
            new HeadTile<S, V>(_pool, _scratch, baseWeight, products, part: 1), reference, result);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, baseHidden, block.Tokens);
    }
}
