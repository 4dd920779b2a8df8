using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <remarks>As <see cref="BaseTopNCore"/>. Two windows are open at a time: with half as many tokens they take as
    /// much memory as one.</remarks>
    protected override void HeadGapCore(
        Tensor baseHidden, Tensor baseWeight, Tensor hidden, Tensor weight, HeadTargets targets,
        BaseDistribution reference, HeadResult result)
    {
        int most = Math.Max(1, Math.Min(HeadSizes.BlockTokens, hidden.Shape[0]) / 2);
        List<HeadBlock> blocks = HeadBlocks.Cut(nameof(HeadGap), Targets(targets), null, weight.Shape[0], most);
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[result.ReverseGap, result.ForwardGap])
            _stream.Zero((ulong)x.Address, (nuint)x.Bytes);
        HeadDevice device = MakeHeadDevice();
        var student = new HeadTile(device, weight, ActivationType, part: 0, parts: 2);
        var other = new HeadTile(device, baseWeight, ActivationType, part: 1, parts: 2);
        HeadArguments.Gaps gaps = HeadArguments.GapsOf(reference, result);
        foreach (HeadBlock block in blocks)
        {
            int tokens = block.Tokens.Length;
            student.Gather(hidden, block.Tokens);
            other.Gather(baseHidden, block.Tokens);
            student.ForTiles(() =>
            {
                other.Take(student.Start);
                device.BlockEach("head_gap", "head_gap", tokens, a => a.Add(student.Logits()).Add(other.Logits())
                    .Add(student.Indices).Add((ulong)reference.TopIds.Address).Add(reference.TopN).Add(gaps)
                    .Moves(2 * student.LogitBytes));
            });
            device.Cover(
                "head_gap", "head_gap_finish", tokens, 1, a => a.Add(student.Indices).Add(tokens).Add(gaps)
                    .Add((ulong)reference.LogSumExp.Address).Moves(HeadArguments.Gaps.FinishBytes * tokens));
        }
    }
}
