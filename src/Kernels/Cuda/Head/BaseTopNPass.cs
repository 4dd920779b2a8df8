using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The base model's top n and residual in one stream over the tiles. A tile's logits outside the list are summed
/// directly, and an entry that a later tile pushes out joins the sum then: nothing is ever subtracted. The list's
/// logits are taken again in float64 at the end, and sorted by that; so is that of a target that stays out of the sum.
/// </summary>
/// <param name="targets">Of every token of the batch.</param>
/// <param name="flags">Their <see cref="LossForms"/>, or null.</param>
internal sealed class BaseTopNPass(
    HeadDevice device, HeadTile tile, int[] targets, int[]? flags, BaseDistribution result)
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
        HeadArguments.Sets apart = Apart(tokens);
        bool hasApart = apart.Of != 0;
        tile.Gather(hidden, tokens);
        tile.ForTiles(() => device.BlockEach(
            "head_top", "head_top", tokens.Length,
            a => a.Add(tile.Logits()).Add(n).Add(apart).Add(ids).Add(logits).Add(tails).Moves(tile.LogitBytes)));
        var list = new HeadArguments.Sets(ids.Address, 0, exact.Address, 0, n);
        tile.TakeExactLogits(list);
        if (hasApart)
            tile.TakeExactLogits(apart);
        device.WarpEach(
            "head", "head_base", tokens.Length,
            a => a.Add(tile.Indices).Add(tokens.Length).Add(list).Add(apart).Add(tails).Add(HeadArguments.Of(result))
                .Moves(tile.SetBytes(list, 24, sectors: hasApart ? 8 : 4)));
    }

    /// <summary>
    /// Sets of one entry, the target of each token whose tail is summed without it; empty where there is no such token.
    /// </summary>
    private HeadArguments.Sets Apart(int[] tokens)
    {
        if (flags is null || !tokens.Any(IsApart))
            return default;
        int[] ids = Array.ConvertAll(tokens, t => targets[t]);
        HeadArguments.Set[] sets = Array.ConvertAll(
            tokens, t => IsApart(t) ? new HeadArguments.Set(1, 0) : new HeadArguments.Set(0, -1));
        DeviceMemory idMemory = device.Scratch.Get("head apart ids", DType.I32, ids.Length);
        DeviceMemory setMemory = device.Scratch.Get("head apart", DType.I64, sets.Length);
        device.Copies.Upload(MemoryMarshal.AsBytes<int>(ids), idMemory.Address);
        device.Copies.Upload(MemoryMarshal.AsBytes<HeadArguments.Set>(sets), setMemory.Address);
        return new HeadArguments.Sets(
            idMemory.Address, setMemory.Address,
            device.Scratch.Get("head apart logits", DType.F64, ids.Length).Address, 0, 1);
    }

    private bool IsApart(int token) => ((LossForms)flags![token]).HasFlag(LossForms.WithoutTarget);
}
