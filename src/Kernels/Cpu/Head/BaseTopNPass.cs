using System.Numerics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// The base model's top n and residual in one stream over the tiles. A tile's logits outside the list are
/// summed directly, and an entry that a later tile pushes out joins the sum then: nothing is ever subtracted. The
/// list's logits are taken again in float64 at the end, and so is that of a target that stays out of the sum.
/// </summary>
internal sealed unsafe class BaseTopNPass<S, V>(
    HeadTile<S, V> tile, Scratch scratch, HeadTargets targets, BaseDistribution result)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private int[] _tokens = [];
    private TailSum* _tails;
    private float* _logits;

    /// <summary>One block: at most <see cref="HeadTile{S, V}.BlockTokens"/> tokens.</summary>
    public void Run(Tensor hidden, int[] tokens)
    {
        _tokens = tokens;
        _tails = (TailSum*)scratch.GetBytes("head tails", (long)tokens.Length * sizeof(TailSum));
        _logits = scratch.Get("head top logits", (long)tokens.Length * result.TopN);
        new Span<TailSum>(_tails, tokens.Length).Clear();
        tile.Gather(hidden, tokens);
        tile.ForTiles(() => tile.ForTokens(Absorb));
        tile.ForTokens(Finish);
    }

    private TopList List(int i)
    {
        int n = result.TopN;
        return new TopList((int*)result.TopIds.Address + (long)_tokens[i] * n, _logits + (long)i * n, n);
    }

    /// <summary>The target that stays out of the sum of a token's tail, or -1.</summary>
    private int Apart(int i) => targets.Forms is { } forms
        && ((LossForms)((int*)forms.Flags.Address)[_tokens[i]]).HasFlag(LossForms.WithoutTarget)
            ? ((int*)targets.Targets.Address)[_tokens[i]]
            : -1;

    private void Absorb(int i)
    {
        float* z = tile.Row(i);
        TopList list = List(i);
        int from = 0, apart = Apart(i);
        if (tile.Start == 0)
        {
            // n is at most V and the first tile holds more than any n, so the list is full from here on.
            for (; from < list.Count; from++)
                list.Insert(from, from, z[from]);
        }

        bool changed = Scan(z, from, list, apart, ref _tails[i], out float max) || from > 0;
        if (apart >= tile.Start && apart < tile.Start + tile.Width)
        {
            z[apart - tile.Start] = float.NegativeInfinity;
            changed = true;
        }

        if (changed)
        {
            for (int k = 0; k < list.Count; k++)
            {
                if (list.Id(k) >= tile.Start)
                    z[list.Id(k) - tile.Start] = float.NegativeInfinity;
            }

            max = HeadRow<S, V>.Max(z, tile.PaddedWidth);
        }

        if (float.IsNegativeInfinity(max))
            return;
        _tails[i].Raise(max);
        _tails[i].Add(HeadRow<S, V>.ExpInPlace(z, tile.PaddedWidth, _tails[i].Exponent));
    }

    /// <summary>
    /// Takes what is above the list's last entry; most vectors hold nothing. Returns whether the list changed;
    /// <paramref name="max"/> is the row's largest logit from the first whole vector on.
    /// </summary>
    private bool Scan(float* z, int from, TopList list, int apart, ref TailSum tail, out float max)
    {
        bool changed = false;
        int j = from;
        for (; j % S.Count != 0; j++)
            changed |= Offer(j, z[j], list, apart, ref tail);
        V largest = S.Broadcast(float.NegativeInfinity);
        V threshold = S.Broadcast(list.Threshold);
        for (int end = tile.PaddedWidth; j < end; j += S.Count)
        {
            V x = S.Load(z + j);
            largest = S.Max(largest, x);
            uint above = S.GreaterMask(x, threshold);
            if (above == 0)
                continue;
            for (; above != 0; above &= above - 1)
            {
                int at = j + BitOperations.TrailingZeroCount(above);
                changed |= Offer(at, z[at], list, apart, ref tail);
            }

            threshold = S.Broadcast(list.Threshold);
        }

        max = S.MaxAcross(largest);
        return changed;
    }

    private bool Offer(int column, float logit, TopList list, int apart, ref TailSum tail)
    {
        if (!(logit > list.Threshold))
            return false;
        // An entry of this very tile still stands in the row and is summed there.
        if (list.LastId < tile.Start && list.LastId != apart)
            tail.AddOne(list.Threshold);
        list.Insert(list.Count - 1, tile.Start + column, logit);
        return true;
    }

    private void Finish(int i)
    {
        int token = _tokens[i];
        TopList list = List(i);
        var logits = new Span<double>((double*)result.TopLogits.Address + (long)token * list.Count, list.Count);
        for (int k = 0; k < logits.Length; k++)
            logits[k] = tile.Logit(i, list.Id(k));
        double tail = _tails[i].Log;
        int apart = Apart(i);
        if (apart >= 0)
        {
            ((double*)result.TailWithoutTarget!.Address)[token] = tail;
            if (!list.Contains(apart))
                tail = HeadMath.LogAdd(tail, tile.Logit(i, apart));
        }

        ((double*)result.TailLogSumExp.Address)[token] = tail;
        ((double*)result.LogSumExp.Address)[token] = HeadMath.LogAdd(HeadMath.LogSumExp(logits), tail);
    }
}
