using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The student side of the Mixture of Losses for one block of tokens. The stream: a tile's logits; those of S are taken
/// out (their own are in float64); P = e^z against a lazily raised maximum; O += P W_tile. Then, with c the
/// coefficients of S and one more for the whole tail, dHidden = tail coefficient * O + sum over S of c_v W_v. A
/// trainable head takes the tiles a second time.
/// </summary>
internal sealed class MolHeadPass(
    HeadDevice device, HeadTile tile, HeadTargets targets, BaseDistribution? reference, HeadResult result,
    Tensor? dHidden, Tensor? dWeight)
{
    private readonly int _topN = reference?.TopN ?? 0;
    private int _tokens;
    private HeadArguments.Sets _sets;
    private DeviceMemory _tails = null!;
    private DeviceMemory _factors = null!;

    /// <summary>Queues one block.</summary>
    /// <param name="tokens">At most <see cref="HeadSizes.BlockTokens"/>, each with a target.</param>
    /// <param name="pieces">
    /// Ends of the pieces of rows that the block consists of: each one's sum over tokens is taken by itself.
    /// </param>
    public void Run(Tensor hidden, int[] tokens, IReadOnlyList<int> pieces)
    {
        _tokens = tokens.Length;
        _sets = Sets();
        _tails = device.Tails(_tokens);
        _factors = device.Scratch.Get("head factors", DType.F32, _tokens);
        tile.Gather(hidden, tokens);
        device.WarpEach("head", "head_sets", _tokens, a => a.Add(tile.Indices).Add(_tokens).Add(targets.Targets)
            .Add(reference?.TopIds).Add(_topN).Add(_sets).Moves(tile.SetBytes(_sets, 4, sectors: 4)));
        tile.TakeExactLogits(_sets);
        DeviceMemory? o = dHidden is null
            ? null
            : device.Scratch.Get("head o", DType.F32, (long)tile.Room * tile.Hidden);
        tile.ForTiles(() => Absorb(o));
        device.WarpEach("head", "head_terms", _tokens, a => a.Add(tile.Indices).Add(_tokens).Add(_sets).Add(_tails)
            .Add(reference is null ? default : HeadArguments.Of(reference))
            .Add(HeadArguments.Of(targets, result, _factors.Address))
            .Moves(tile.SetBytes(_sets, 20, sectors: targets.Forms is null ? 16 : 19)));
        if (dHidden is null)
            return;
        device.BlockEach("head", "head_dx", _tokens, a => a.Add(tile.Indices).Add(o!).Add(_factors).Add(_sets)
            .Add(tile.Weight()).Add(dHidden).Moves((4L * _tokens * tile.Hidden) + tile.RowBytes(_sets)));
        if (dWeight is not null)
            tile.ForTiles(() => AddWeightGradient(pieces));
    }

    private HeadArguments.Sets Sets()
    {
        int capacity = _topN + 1;
        long entries = (long)_tokens * capacity;
        return new HeadArguments.Sets(
            device.Scratch.Get("head s ids", DType.I32, entries).Address,
            device.Scratch.Get("head s", DType.I64, _tokens).Address,
            device.Scratch.Get("head s logits", DType.F64, entries).Address,
            device.Scratch.Get("head s coefficients", DType.F32, entries).Address,
            capacity);
    }

    private void Absorb(DeviceMemory? o)
    {
        ulong made = o is null ? 0 : tile.Made();
        device.BlockEach(
            "head_tile", KernelName.Of("head_tail", tile.Type), _tokens, a => a.Add(tile.Logits()).Add(made)
            .Add(_sets).Add(_tails).Add(o?.Address ?? 0).Add(tile.Hidden)
            .Moves(tile.LogitBytes + (o is null ? 0 : tile.MadeBytes)));
        if (o is not null)
            tile.AddWeighted(o);
    }

    /// <summary>Turns the tile's logits into dL/dz, then adds each piece's product.</summary>
    private void AddWeightGradient(IReadOnlyList<int> pieces)
    {
        device.BlockEach("head_tile", KernelName.Of("head_gradient", tile.Type), _tokens, a => a.Add(tile.Logits())
            .Add(tile.Made()).Add(_sets).Add(_tails).Add(_factors).Moves(tile.LogitBytes + tile.MadeBytes));
        int first = 0;
        foreach (int end in pieces)
        {
            tile.AddWeightGradient(dWeight!, first, end - first);
            first = end;
        }
    }
}
