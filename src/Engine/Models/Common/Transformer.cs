using System.Diagnostics.CodeAnalysis;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// The decoder-only transformer that Qwen3, Qwen2 and Llama share: pre-norm layers of grouped-query attention and
/// SwiGLU, by hand, forward and backward. It holds workspace but no weights: base and student run through one instance.
/// T tokens, H hidden, F intermediate, V vocabulary.
/// </summary>
public sealed class Transformer
{
    private readonly Ops _ops;
    private readonly LayerRotary _rotary;
    private readonly HeadShape _heads;
    private readonly float _eps;
    private readonly Workspace _workspace;

    /// <param name="arena">Receives the workspace, about T (5 H + F + 2 Hq D + 2 Hkv D) numbers.</param>
    /// <param name="tokens">The largest T of a call.</param>
    /// <param name="positions">Positions run from 0 to positions - 1.</param>
    /// <param name="backward">Whether <see cref="Backward"/> will be called.</param>
    public Transformer(Ops ops, ModelConfig config, Arena arena, int tokens, int positions, bool backward)
    {
        _ops = ops;
        _heads = config.Heads();
        _eps = (float)config.RmsNormEps;
        _rotary = new LayerRotary(ops, config, arena, positions);
        _workspace = new Workspace(arena, config, ops.ActivationType, tokens, backward);
    }

    /// <summary>
    /// Runs the model over the tokens. Returns the hidden states after the final norm, [T, H] (activations.Final).
    /// </summary>
    /// <param name="ids">I32 [T].</param>
    /// <param name="activations">Activations of exactly T tokens (<see cref="Activations.First"/>).</param>
    /// <param name="cached">
    /// In generation, what came before the tokens of each document; null where every document begins with its first
    /// token. Adapters then drop nothing out, and there is no backward pass.
    /// </param>
    public Tensor Forward(
        TransformerWeights weights, Tensor ids, SequenceLayout layout, Activations activations,
        CachedTokens? cached = null)
    {
        Workspace w = _workspace.First(layout.Tokens);
        LayerActivations first = activations.Layers[0];
        _ops.Embedding(ids, weights.Embedding, first.Input);
        _ops.RmsNorm(first.Input, weights.Layers[0].InputNorm, _eps, w.Normed, first.InputRstd);
        int last = weights.Layers.Count - 1;
        Through(0, last, weights, layout, activations, w, cached);
        LayerForward(last, weights, layout, activations.Layers[last], w, cached);
        _ops.AddRmsNorm(
            activations.Layers[last].Mid, w.Delta, weights.FinalNorm, _eps, activations.Last, activations.Final,
            activations.LastRstd);
        return activations.Final;
    }

    /// <summary>
    /// From the gradient of the final hidden states to those of all trainable tensors, which are accumulated. Call once
    /// after a <see cref="Forward"/> that kept its activations; it overwrites some of them.
    /// </summary>
    /// <param name="dFinal">fp32 [T, H].</param>
    public void Backward(
        TransformerWeights weights, TransformerGradients gradients, Tensor ids, SequenceLayout layout,
        Activations activations, Tensor dFinal)
    {
        Workspace w = _workspace.First(layout.Tokens);
        Tensor dx = w.DResidual!;
        _ops.Zero(dx);
        _ops.RmsNormBackward(
            dFinal, activations.Last, weights.FinalNorm, activations.LastRstd, layout, dx, gradients.FinalNorm,
            rounded: w.DRounded);
        for (int i = weights.Layers.Count - 1; i >= 0; i--)
        {
            LayerActivations a = activations.Layers[i];
            Again(i, weights, layout, activations, w);

            LayerGradients g = gradients.Layers[i];
            MlpBackward(weights.Layers[i], g, layout, a, w, dx);
            bool wantsInput = i > 0 || gradients.Embedding is not null || g.InputNorm is not null;
            AttentionBackward(i, weights, g, layout, a, w, dx, wantsInput);
        }

        // pad_token_id makes no difference: transformers (nn.Embedding's padding_idx) would drop the gradient of that
        // token's row, but rows have no padding here, and where the token occurs it is a real one (most files name the
        // end token as padding): its embedding is computed with, so it learns.
        if (gradients.Embedding is not null)
            _ops.EmbeddingBackward(dx, ids, gradients.Embedding);
    }

    /// <summary>
    /// From the input of layer <paramref name="first"/>, normed in w.Normed, to that of layer <paramref name="end"/>.
    /// </summary>
    private void Through(
        int first, int end, TransformerWeights weights, SequenceLayout layout, Activations activations, Workspace w,
        CachedTokens? cached = null)
    {
        for (int i = first; i < end; i++)
        {
            LayerActivations a = activations.Layers[i], next = activations.Layers[i + 1];
            LayerForward(i, weights, layout, a, w, cached);
            _ops.AddRmsNorm(
                a.Mid, w.Delta, weights.Layers[i + 1].InputNorm, _eps, next.Input, w.Normed, next.InputRstd);
        }
    }

    /// <summary>
    /// Computes what was not kept of a layer, on the way back: all that the last of those that share memory left is
    /// still there, and so are the inputs of the last segment; of another, those of its layers come first. What the
    /// layer gives is not computed.
    /// </summary>
    private void Again(
        int layer, TransformerWeights weights, SequenceLayout layout, Activations activations, Workspace w)
    {
        if (layer >= activations.SharedLayers - 1)
            return;
        int segment = activations.SegmentLayers;
        int first = (layer + 1) % segment == 0 ? layer + 1 - segment : layer;
        LayerActivations a = activations.Layers[first];
        _ops.RmsNorm(a.Input, weights.Layers[first].InputNorm, _eps, w.Normed, a.InputRstd);
        Through(first, layer, weights, layout, activations, w);
        Heads(layer, weights.Layers[layer], layout, activations.Layers[layer], w, null);
        if (!activations.KeepsAttention)
            Attend(layer, layout, activations.Layers[layer], null);
        Gates(weights.Layers[layer], layout, activations.Layers[layer], w, null);
    }

    /// <summary>
    /// Computes w.Delta, what the layer adds to a.Mid, of w.Normed, the layer's input after its norm.
    /// </summary>
    private void LayerForward(
        int index, TransformerWeights weights, SequenceLayout layout, LayerActivations a, Workspace w,
        CachedTokens? cached = null)
    {
        LayerWeights layer = weights.Layers[index];
        Heads(index, layer, layout, a, w, cached);
        Attend(index, layout, a, cached);
        Gates(layer, layout, a, w, cached);
        _ops.SwiGlu(a.Gate, a.Up, w.Act);
        Products(w.Act, [Of(ModuleNames.Down, layer, w.Delta, a)], layout, cached);
    }

    /// <summary>From w.Normed to queries, keys and values.</summary>
    private void Heads(
        int index, LayerWeights layer, SequenceLayout layout, LayerActivations a, Workspace w, CachedTokens? cached)
    {
        Products(
            w.Normed,
            [
                Of(ModuleNames.Query, layer, a.RawQuery, a), Of(ModuleNames.Key, layer, a.RawKey, a),
                Of(ModuleNames.Value, layer, a.Value, a),
            ],
            layout, cached);
        _ops.QkNormRope(a.RawQuery, a.RawKey, _heads, layer.QkNorm, _rotary.Of(index), layout, a.Query, a.Key);
    }

    /// <summary>From what attention gave to gate and up; the layer's second norm stays in w.Normed.</summary>
    private void Gates(
        LayerWeights layer, SequenceLayout layout, LayerActivations a, Workspace w, CachedTokens? cached)
    {
        Products(a.Attention, [Of(ModuleNames.Output, layer, w.Delta, a)], layout, cached);
        _ops.AddRmsNorm(a.Input, w.Delta, layer.PostAttentionNorm, _eps, a.Mid, w.Normed, a.MidRstd);
        Products(
            w.Normed, [Of(ModuleNames.Gate, layer, a.Gate, a), Of(ModuleNames.Up, layer, a.Up, a)], layout, cached);
    }

    private void Products(
        Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout, CachedTokens? cached)
    {
        if (cached is null)
            _ops.Linear(x, outputs, layout);
        else
            _ops.LinearDecode(x, outputs, cached.SameBits);
    }

    /// <summary>
    /// A module of a layer with its output, or with the gradient of that and places for its own. Where tokens are
    /// decoded no hidden values of adapters are kept.
    /// </summary>
    private static LinearOutput Of(
        string module, LayerWeights layer, Tensor y, LayerActivations a, LinearGradients? gradients = null) =>
        new(layer[module], y, a.LoraHidden.GetValueOrDefault(module), gradients);

    private void Attend(int layer, SequenceLayout layout, LayerActivations a, CachedTokens? cached)
    {
        if (cached is null)
        {
            _ops.Attention(a.Query, a.Key, a.Value, _heads, layout, a.Attention, a.LogSumExp);
            return;
        }

        Tensor keys = cached.Cache.Keys[layer], values = cached.Cache.Values[layer];
        _ops.AppendToPages(a.Key, a.Value, _heads, cached.Layout, keys, values);
        _ops.AttentionPaged(a.Query, keys, values, _heads, cached.Layout, a.Attention, cached.SameBits);
    }

    /// <summary>dx enters as the gradient of the layer's output and leaves as that of a.Mid.</summary>
    private void MlpBackward(
        LayerWeights layer, LayerGradients g, SequenceLayout layout, LayerActivations a, Workspace w, Tensor dx)
    {
        // A product's input is computed again where its gradient is at hand: by a pass that reads the same memory.
        ReadOnlySpan<LinearOutput> down = [Of(ModuleNames.Down, layer, w.Rounded, a, g.Down)];
        _ops.LinearInputBackward(down, layout, w.Act, false);
        _ops.SwiGluBackward(w.Act, a.Gate, a.Up, a.Gate, a.Up, w.Act);
        _ops.LinearWeightBackward(w.Act, down, layout);
        ReadOnlySpan<LinearOutput> gates =
            [Of(ModuleNames.Gate, layer, a.Gate, a, g.Gate), Of(ModuleNames.Up, layer, a.Up, a, g.Up)];
        _ops.LinearInputBackward(gates, layout, w.DNormed!, false);
        _ops.RmsNormBackward(
            w.DNormed!, a.Mid, layer.PostAttentionNorm, a.MidRstd, layout, dx, g.PostAttentionNorm, w.Normed,
            w.DRounded);
        _ops.LinearWeightBackward(w.Normed, gates, layout);
    }

    /// <summary>
    /// dx enters as the gradient of a.Mid and leaves as that of a.Input, if wanted: nothing below the first layer may
    /// be trainable.
    /// </summary>
    private void AttentionBackward(
        int index, TransformerWeights weights, LayerGradients g, SequenceLayout layout, LayerActivations a, Workspace w,
        Tensor dx, bool wantsInput)
    {
        LayerWeights layer = weights.Layers[index];
        ReadOnlySpan<LinearOutput> output = [Of(ModuleNames.Output, layer, w.Rounded, a, g.Output)];
        _ops.LinearInputBackward(output, layout, w.DAttention!, false);
        _ops.LinearWeightBackward(a.Attention, output, layout);
        _ops.AttentionBackward(
            w.DAttention!, a.Query, a.Key, a.Value, a.Attention, a.LogSumExp, _heads, layout, w.DQuery!, w.DKey!,
            w.DValue!);
        _ops.QkNormRopeBackward(
            w.DQuery!, w.DKey!, a.RawQuery, a.RawKey, _heads, layer.QkNorm, _rotary.Of(index), layout, g.QueryNorm,
            g.KeyNorm);
        Tensor? dNormed = wantsInput ? w.DNormed : null;
        ReadOnlySpan<LinearOutput> heads =
        [
            Of(ModuleNames.Query, layer, w.DQuery!, a, g.Query), Of(ModuleNames.Key, layer, w.DKey!, a, g.Key),
            Of(ModuleNames.Value, layer, w.DValue!, a, g.Value),
        ];
        _ops.LinearInputBackward(heads, layout, dNormed, false);
        if (dNormed is null)
        {
            _ops.RmsNorm(a.Input, layer.InputNorm, _eps, w.Normed, a.InputRstd);
        }
        else
        {
            _ops.RmsNormBackward(
                dNormed, a.Input, layer.InputNorm, a.InputRstd, layout, dx, g.InputNorm, w.Normed, w.DRounded);
        }

        _ops.LinearWeightBackward(w.Normed, heads, layout);
    }

    /// <summary>Tensors that live within one layer, reused by all.</summary>
    private sealed class Workspace
    {
        private Workspace()
        {
        }

        [SetsRequiredMembers]
        public Workspace(Arena arena, ModelConfig config, DType type, int tokens, bool backward)
        {
            HeadShape heads = config.Heads();
            Tensor New(string name, int width) => arena.Allocate(name, type, tokens, width);
            Tensor Single(string name, int width) => arena.Allocate(name, DType.F32, tokens, width);
            Normed = New("normed", config.HiddenSize);
            Delta = New("delta", config.HiddenSize);
            Act = New("silu(gate) * up", config.IntermediateSize);
            if (!backward)
                return;
            DResidual = Single("gradient of residual", config.HiddenSize);
            if (type != DType.F32)
                DRounded = New("rounded gradient of residual", config.HiddenSize);
            // Up to three gradients are added there, and those of adapters: in fp32, so that none is rounded twice.
            DNormed = Single("gradient of normed", config.HiddenSize);
            DAttention = New("gradient of attention", heads.QuerySize);
            (DQuery, DKey, DValue) = New("gradient of query, key, value", heads.AllSize()).Heads(heads);
        }

        public required Tensor Normed { get; init; }

        public required Tensor Delta { get; init; }

        /// <summary>silu(gate) * up, or its gradient.</summary>
        public required Tensor Act { get; init; }

        public Tensor? DResidual { get; init; }

        public Tensor? DNormed { get; init; }

        /// <summary>DResidual in the activations' type, where that is another; it goes along with it.</summary>
        public Tensor? DRounded { get; init; }

        /// <summary>DResidual as products take it.</summary>
        public Tensor Rounded => DRounded ?? DResidual!;

        public Tensor? DAttention { get; init; }

        public Tensor? DQuery { get; init; }

        public Tensor? DKey { get; init; }

        public Tensor? DValue { get; init; }

        public Workspace First(int tokens) => new()
        {
            Normed = Normed.Slice(0, tokens),
            Delta = Delta.Slice(0, tokens),
            Act = Act.Slice(0, tokens),
            DResidual = DResidual?.Slice(0, tokens),
            DNormed = DNormed?.Slice(0, tokens),
            DRounded = DRounded?.Slice(0, tokens),
            DAttention = DAttention?.Slice(0, tokens),
            DQuery = DQuery?.Slice(0, tokens),
            DKey = DKey?.Slice(0, tokens),
            DValue = DValue?.Slice(0, tokens),
        };
    }
}
