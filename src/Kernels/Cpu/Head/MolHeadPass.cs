using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// The student side of the Mixture of Losses for one block of tokens. The stream: a tile's logits; those of S are taken
/// out (their own are in float64); P = e^z against a lazily raised maximum; O += P W_tile. Then, with c the
/// coefficients of S and one more for the whole tail, dHidden = tail coefficient * O + sum over S of c_v W_v. A
/// trainable head takes the tiles a second time.
/// </summary>
internal sealed unsafe class MolHeadPass<S, V>(
    HeadTile<S, V> tile, Scratch scratch, HeadTargets targets, BaseDistribution? reference, HeadResult result,
    Tensor? dHidden, Tensor? dWeight)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private readonly int _topN = reference?.TopN ?? 0;
    private int[] _tokens = [];
    private HeadSets _sets = null!;
    private float* _o;

    /// <param name="tokens">
    /// The block: at most <see cref="HeadTile{S, V}.BlockTokens"/> tokens, each with a target.
    /// </param>
    /// <param name="pieces">
    /// Ends of the pieces of rows that the block consists of: each one's sum over tokens is taken by itself.
    /// </param>
    public void Run(Tensor hidden, int[] tokens, IReadOnlyList<int> pieces)
    {
        _tokens = tokens;
        _sets = new HeadSets(scratch, tokens.Length, _topN + 1);
        if (dHidden is not null)
        {
            _o = scratch.Get("head o", (long)tokens.Length * tile.Hidden);
            new Span<float>(_o, tokens.Length * tile.Hidden).Clear();
        }

        tile.Gather(hidden, tokens);
        tile.ForTokens(Begin);
        tile.ForTiles(() =>
        {
            tile.ForTokens(Absorb);
            if (dHidden is not null)
                tile.AddWeighted(_o);
        });
        tile.ForTokens(Finish);
        if (dWeight is not null)
            tile.ForTiles(() => AddWeightGradient(pieces));
    }

    private void Begin(int i)
    {
        int target = ((int*)targets.Targets.Address)[_tokens[i]];
        if (reference is null)
        {
            _sets.Begin(i, target, [], []);
        }
        else
        {
            long at = (long)_tokens[i] * _topN;
            var ids = new ReadOnlySpan<int>((int*)reference.TopIds.Address + at, _topN);
            var logits = new ReadOnlySpan<double>((double*)reference.TopLogits.Address + at, _topN);
            _sets.Begin(i, target, ids, logits);
        }

        ReadOnlySpan<int> set = _sets.Ids(i);
        Span<double> exact = _sets.Logits(i);
        for (int k = 0; k < set.Length; k++)
            exact[k] = tile.Logit(i, set[k]);
    }

    private void Absorb(int i)
    {
        float* z = tile.Row(i);
        ReadOnlySpan<int> ids = _sets.Ids(i);
        (int first, int end) = InTile(i);
        for (int k = first; k < end; k++)
            z[ids[k] - tile.Start] = float.NegativeInfinity;
        float max = HeadRow<S, V>.Max(z, tile.PaddedWidth);
        if (float.IsNegativeInfinity(max))
        {
            new Span<float>(z, tile.PaddedWidth).Clear();
            return;
        }

        ref TailSum tail = ref _sets.Token(i).Tail;
        float scale = tail.Raise(max);
        if (scale != 1 && dHidden is not null)
        {
            float* o = _o + (long)i * tile.Hidden;
            RowMath<S, V>.Scale(o, scale, o, tile.Hidden);
        }

        tail.Add(HeadRow<S, V>.ExpInPlace(z, tile.PaddedWidth, tail.Exponent));
        for (int k = first; k < end; k++)
            z[ids[k] - tile.Start] = 0;
    }

    private void Finish(int i)
    {
        int token = _tokens[i];
        ref HeadToken state = ref _sets.Token(i);
        var terms = new HeadTerms
        {
            Logits = _sets.Logits(i),
            BaseLogits = _sets.BaseLogits(i),
            Target = state.Target,
            TargetInTop = state.TargetInTop,
            HasBase = reference is not null,
            Tail = state.Tail.Log,
            BaseLogSumExp = reference is null ? 0 : ((double*)reference.LogSumExp.Address)[token],
            BaseTail = reference is null ? 0 : ((double*)reference.TailLogSumExp.Address)[token],
            BaseTailWithoutTarget = reference?.TailWithoutTarget is { } apart ? ((double*)apart.Address)[token] : 0,
            CeWeight = ((float*)targets.CeWeight.Address)[token],
            KlWeight = ((float*)targets.KlWeight.Address)[token],
            Form = targets.Forms is { } forms ? (LossForms)((int*)forms.Flags.Address)[token] : LossForms.None,
            ForwardShare = targets.Forms is { } shares ? ((float*)shares.ForwardShare.Address)[token] : 0,
        };
        Span<double> coefficients = stackalloc double[state.Count];
        HeadFigures figures = terms.Compute(coefficients);
        WriteFigures(token, figures);
        if (dHidden is null)
            return;
        state.TailFactor = double.IsNegativeInfinity(terms.Tail)
            ? 0
            : (float)figures.TailFactor(state.Tail.LogUnit);
        Span<float> rounded = _sets.Coefficients(i);
        for (int k = 0; k < rounded.Length; k++)
            rounded[k] = (float)coefficients[k];
        WriteHiddenGradient(i, token, state.TailFactor);
    }

    private void WriteFigures(int token, in HeadFigures figures)
    {
        ((double*)result.CrossEntropy.Address)[token] = figures.CrossEntropy;
        ((double*)result.KlDivergence.Address)[token] = figures.KlDivergence;
        ((double*)result.LogSumExp.Address)[token] = figures.LogSumExp;
        ((double*)result.TailLogP.Address)[token] = figures.TailLogP;
        ((double*)result.ForwardKl.Address)[token] = figures.ForwardKl;
        ((double*)result.GatedCe.Address)[token] = figures.GatedCe;
        ((double*)result.HeldKl.Address)[token] = figures.HeldKl;
    }

    private void WriteHiddenGradient(int i, int token, float tailFactor)
    {
        float* o = _o + (long)i * tile.Hidden;
        RowMath<S, V>.Scale(o, tailFactor, o, tile.Hidden);
        ReadOnlySpan<int> ids = _sets.Ids(i);
        ReadOnlySpan<float> coefficients = _sets.Coefficients(i);
        for (int k = 0; k < ids.Length; k++)
            RowMath<S, V>.AddScaled(tile.WeightRow(ids[k]), tile.WeightType, coefficients[k], o, tile.Hidden);
        float* destination = (float*)dHidden!.Address + (long)token * tile.Hidden;
        new ReadOnlySpan<float>(o, tile.Hidden).CopyTo(new Span<float>(destination, tile.Hidden));
    }

    private void AddWeightGradient(IReadOnlyList<int> pieces)
    {
        tile.ForTokens(LogitGradient);
        int first = 0;
        foreach (int end in pieces)
        {
            tile.AddWeightGradient(dWeight!, first, end - first);
            first = end;
        }
    }

    /// <summary>Turns a token's logits into dL/dz: one factor for the tail, the exact coefficients at S.</summary>
    private void LogitGradient(int i)
    {
        float* z = tile.Row(i);
        ref HeadToken state = ref _sets.Token(i);
        HeadRow<S, V>.ScaledExpInPlace(z, tile.PaddedWidth, state.Tail.Exponent, state.TailFactor);
        ReadOnlySpan<int> ids = _sets.Ids(i);
        ReadOnlySpan<float> coefficients = _sets.Coefficients(i);
        (int first, int end) = InTile(i);
        for (int k = first; k < end; k++)
            z[ids[k] - tile.Start] = coefficients[k];
    }

    private (int First, int End) InTile(int i) => _sets.InTile(i, tile.Start, tile.Start + tile.Width);
}
