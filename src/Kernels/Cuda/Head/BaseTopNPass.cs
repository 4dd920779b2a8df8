using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The base model's top n and residual in one stream over the tiles. A tile's logits outside the list are summed
/// directly, and an entry that a later tile pushes out joins the sum then: nothing is ever subtracted. The list's
/// logits are taken again in float64 at the end, and sorted by that.
/// </summary>
internal sealed class BaseTopNPass(HeadDevice device, HeadTile tile, BaseDistribution result)
{
    /// <summary>Queues one block: at most <see cref="HeadSizes.BlockTokens"/> tokens.</summary>
    public void Run(Tensor hidden, int[] tokens)
    {
        int n = result.TopN;
        long entries = (long)tokens.Length * n;
        DeviceMemory ids = device.Scratch.Get("head s ids", DType.I32, entries);
        DeviceMemory logits = device.Scratch.Get("head top logits", DType.F32, entries);
        DeviceMemory exact = device.Scratch.Get("head s logits", DType.F64, entries);
        DeviceMemory tails = device.Tails(tokens.Length);
        tile.Gather(hidden, tokens);
        tile.ForTiles(() => device.BlockEach(
            "head_top", "head_top", tokens.Length,
            a => a.Add(tile.Logits()).Add(n).Add(ids).Add(logits).Add(tails).Moves(tile.LogitBytes)));
        var list = new HeadArguments.Sets(ids.Address, 0, exact.Address, 0, n);
        tile.TakeExactLogits(list);
        device.WarpEach(
            "head", "head_base", tokens.Length,
            a => a.Add(tile.Indices).Add(tokens.Length).Add(list).Add(tails).Add(HeadArguments.Of(result))
                .Moves(tile.SetBytes(list, 24, sectors: 4)));
    }
}
