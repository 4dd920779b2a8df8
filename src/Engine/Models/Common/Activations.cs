using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>What is kept of the forward pass until the backward pass.</summary>
public enum Retention
{
    /// <summary>Nothing: one layer's worth of memory, no backward pass (base side, validation).</summary>
    None,

    /// <summary>
    /// The input of every k-th layer, k the square root of their number: on the way back a segment of k layers is
    /// computed again for its layers' inputs, and then each layer once more, with the same bits.
    /// </summary>
    SegmentInputs,

    /// <summary>
    /// Of each layer, or of the first ones, its input and what attention gave; the rest of the layer is computed again
    /// on the way back, with the same bits.
    /// </summary>
    LayerInputs,

    /// <summary>All that the backward pass reads.</summary>
    All,
}

/// <summary>
/// The activations of one layer. Norm outputs and silu(gate) * up are not kept: they are cheap to compute again.
/// Nothing that the layer gives is either, so that its last product is never computed again: of that product the
/// adapter's hidden values are kept.
/// T tokens, H hidden, F intermediate. The residual stream, its last norm, reciprocal deviations and log-sum-exp are
/// fp32, the rest of the backend's activation type.
/// </summary>
/// <param name="Input">[T, H], the residual stream that enters the layer.</param>
/// <param name="InputRstd">[T].</param>
/// <param name="RawQuery">[T, Hq D] before norm and rotation; Query itself where there is no norm. Side by side with
/// RawKey and Value, as Gate is with Up: one product gives all of them.</param>
/// <param name="Mid">[T, H], the residual stream after attention.</param>
/// <param name="LoraHidden">[T, rank] for each adapted module, by its name within the layer.</param>
public sealed record LayerActivations(
    Tensor Input, Tensor InputRstd, Tensor RawQuery, Tensor RawKey, Tensor Query, Tensor Key, Tensor Value,
    Tensor Attention, Tensor LogSumExp, Tensor Mid, Tensor MidRstd, Tensor Gate, Tensor Up,
    IReadOnlyDictionary<string, Tensor> LoraHidden)
{
    /// <summary>The first <paramref name="tokens"/> tokens of every tensor.</summary>
    public LayerActivations First(int tokens)
    {
        Tensor query = Query.Slice(0, tokens), key = Key.Slice(0, tokens);
        bool raw = !ReferenceEquals(RawQuery, Query);
        return new LayerActivations(
            Input.Slice(0, tokens), InputRstd.Slice(0, tokens), raw ? RawQuery.Slice(0, tokens) : query,
            raw ? RawKey.Slice(0, tokens) : key, query, key, Value.Slice(0, tokens), Attention.Slice(0, tokens),
            LogSumExp.Slice(0, tokens), Mid.Slice(0, tokens), MidRstd.Slice(0, tokens), Gate.Slice(0, tokens),
            Up.Slice(0, tokens), LoraHidden.ToDictionary(p => p.Key, p => p.Value.Slice(0, tokens)));
    }
}

/// <summary>All activations of a forward pass of up to a number of tokens, allocated once.</summary>
public sealed class Activations
{
    private Activations(
        Retention retention, int shared, IReadOnlyList<LayerActivations> layers, Tensor last, Tensor lastRstd,
        Tensor final)
    {
        Retention = retention;
        SharedLayers = shared;
        SegmentLayers = SegmentOf(retention, layers.Count);
        Layers = layers;
        Last = last;
        LastRstd = lastRstd;
        Final = final;
    }

    public Retention Retention { get; }

    /// <summary>
    /// How many layers, from the first on, share the memory of what the retention does not keep: after a forward pass
    /// it holds what the last of them had.
    /// </summary>
    public int SharedLayers { get; }

    /// <summary>Whether what attention gave is kept of every layer.</summary>
    public bool KeepsAttention => Retention is Retention.LayerInputs or Retention.All;

    /// <summary>Layers from one whose input is kept to the next such.</summary>
    public int SegmentLayers { get; }

    /// <summary>One entry a layer; entries share what the retention does not keep.</summary>
    public IReadOnlyList<LayerActivations> Layers { get; }

    /// <summary>[T, H]: the residual stream after the last layer.</summary>
    public Tensor Last { get; }

    /// <summary>[T].</summary>
    public Tensor LastRstd { get; }

    /// <summary>[T, H]: Last after the final norm.</summary>
    public Tensor Final { get; }

    /// <summary>Allocates for up to <paramref name="tokens"/> tokens.</summary>
    /// <param name="type">The backend's activation type.</param>
    /// <param name="loraRank">Rank of the adapter of a module (by its name within a layer), or 0.</param>
    /// <param name="inputLayers">Of how many layers, from the first on, <see cref="Retention.LayerInputs"/> keeps the
    /// input; all is kept of the others. Null: of every layer.</param>
    public static Activations Allocate(
        Arena arena, ModelConfig config, DType type, int tokens, Retention retention, Func<int, string, int> loraRank,
        int? inputLayers = null)
    {
        // An adapter may leave out a module in some layers; layers that share memory need room for the rank of any.
        int Rank(string module) => Enumerable.Range(0, config.NumLayers).Max(i => loraRank(i, module));

        var layers = new LayerActivations[config.NumLayers];
        int segment = SegmentOf(retention, layers.Length), shared = retention switch
        {
            Retention.All => 0,
            Retention.LayerInputs => Math.Min(inputLayers ?? layers.Length, layers.Length),
            _ => layers.Length,
        };
        for (int i = 0; i < layers.Length; i++)
        {
            Tensor Input() => arena.Allocate($"layer {i} input", DType.F32, tokens, config.HiddenSize);

            if (i == 0 || i >= shared)
                layers[i] = AllocateLayer(arena, config, type, tokens, i, Rank);
            else if (retention == Retention.None)
                layers[i] = layers[0];
            else
            {
                // Segments share the inputs of all their layers but the first.
                bool shares = i > segment && i % segment != 0;
                layers[i] = WithOwn(
                    layers[0], arena, i, shares ? layers[i % segment].Input : Input(),
                    keepsAttention: retention == Retention.LayerInputs);
            }
        }

        Tensor last = retention == Retention.None
            ? layers[0].Input
            : arena.Allocate("last residual", DType.F32, tokens, config.HiddenSize);
        return new Activations(
            retention, shared, layers, last, arena.Allocate("last rstd", DType.F32, tokens),
            arena.Allocate("final hidden", DType.F32, tokens, config.HiddenSize));
    }

    /// <summary>
    /// The same memory for weights with other adapters, of a pass that keeps nothing: what those take is shared by all
    /// layers.
    /// </summary>
    /// <inheritdoc cref="Allocate" path="/param"/>
    public Activations Beside(Arena arena, ModelConfig config, DType type, Func<int, string, int> loraRank)
    {
        int Rank(string module) => Enumerable.Range(0, config.NumLayers).Max(i => loraRank(i, module));

        Dictionary<string, Tensor> hidden = AllocateHidden(arena, "base", type, Final.Shape[0], Rank);
        return hidden.Count == 0
            ? this
            : new Activations(
                Retention, SharedLayers, [.. Layers.Select(l => l with { LoraHidden = hidden })], Last, LastRstd,
                Final);
    }

    /// <summary>The first <paramref name="tokens"/> tokens of everything.</summary>
    public Activations First(int tokens) => tokens == Final.Shape[0]
        ? this
        : new Activations(
            Retention, SharedLayers, [.. Layers.Select(l => l.First(tokens))], Last.Slice(0, tokens),
            LastRstd.Slice(0, tokens), Final.Slice(0, tokens));

    /// <summary>Of how many layers a backward pass computes attention again, each as often as it does.</summary>
    public static int AttentionAgain(Retention retention, int layers)
    {
        if (retention is Retention.All or Retention.LayerInputs)
            return 0;
        int segment = SegmentOf(retention, layers);
        return layers - 1 + ((layers - 1) / segment * (segment - 1));
    }

    private static int SegmentOf(Retention retention, int layers) =>
        retention == Retention.SegmentInputs ? (int)Math.Ceiling(Math.Sqrt(layers)) : 1;

    /// <summary>A layer that shares memory with another, but for what is kept of each.</summary>
    private static LayerActivations WithOwn(
        LayerActivations shared, Arena arena, int layer, Tensor input, bool keepsAttention)
    {
        Tensor Like(Tensor of, string name) => arena.AllocateLike(of, name: $"layer {layer} {name}");

        var hidden = new Dictionary<string, Tensor>(shared.LoraHidden);
        if (hidden.TryGetValue(ModuleNames.Down, out Tensor? down))
            hidden[ModuleNames.Down] = Like(down, $"{ModuleNames.Down} lora hidden");
        return shared with
        {
            Input = input,
            Attention = keepsAttention ? Like(shared.Attention, "attention") : shared.Attention,
            LogSumExp = keepsAttention ? Like(shared.LogSumExp, "log-sum-exp") : shared.LogSumExp,
            LoraHidden = hidden,
        };
    }

    private static LayerActivations AllocateLayer(
        Arena arena, ModelConfig config, DType type, int tokens, int layer, Func<string, int> loraRank)
    {
        Tensor New(string name, params int[] dimensions) =>
            arena.Allocate($"layer {layer} {name}", type, [tokens, .. dimensions]);
        Tensor Single(string name, params int[] dimensions) =>
            arena.Allocate($"layer {layer} {name}", DType.F32, [tokens, .. dimensions]);

        HeadShape heads = config.Heads();
        (Tensor rawQuery, Tensor rawKey, Tensor value) = New("raw query, key, value", heads.AllSize()).Heads(heads);
        int width = config.IntermediateSize;
        Tensor gates = New("gate, up", 2 * width);
        return new LayerActivations(
            Single("input", config.HiddenSize),
            Single("input rstd"),
            rawQuery,
            rawKey,
            config.QkNorm ? New("query", heads.QuerySize) : rawQuery,
            config.QkNorm ? New("key", heads.KeyValueSize) : rawKey,
            value,
            New("attention", heads.QuerySize),
            Single("log-sum-exp", heads.QueryHeads),
            Single("mid", config.HiddenSize),
            Single("mid rstd"),
            gates.Columns(0, width).Named($"layer {layer} gate"),
            gates.Columns(width, width).Named($"layer {layer} up"),
            AllocateHidden(arena, $"layer {layer}", type, tokens, loraRank));
    }

    /// <summary>Hidden values of adapters by module, those of modules with one input side by side.</summary>
    private static Dictionary<string, Tensor> AllocateHidden(
        Arena arena, string of, DType type, int tokens, Func<string, int> loraRank)
    {
        var hidden = new Dictionary<string, Tensor>();
        foreach (IReadOnlyList<string> modules in ModuleNames.OfOneInput)
        {
            string[] adapted = [.. modules.Where(m => loraRank(m) > 0)];
            if (adapted.Length == 0)
                continue;
            string name = $"{of} {string.Join(", ", adapted)} lora hidden";
            Tensor all = arena.Allocate(name, type, tokens, adapted.Sum(loraRank));
            int column = 0;
            foreach (string module in adapted)
            {
                hidden[module] = all.Columns(column, loraRank(module)).Named($"{of} {module} lora hidden");
                column += loraRank(module);
            }
        }

        return hidden;
    }
}

internal static class ConfigShapes
{
    public static HeadShape Heads(this ModelConfig config) => new(config.NumHeads, config.NumKvHeads, config.HeadDim);

    /// <summary>Elements of all heads of a token.</summary>
    public static int AllSize(this HeadShape heads) => heads.QuerySize + (2 * heads.KeyValueSize);

    /// <summary>Queries, keys and values of all heads [T, <see cref="AllSize"/>].</summary>
    public static (Tensor Query, Tensor Key, Tensor Value) Heads(this Tensor all, HeadShape heads) => (
        all.Columns(0, heads.QuerySize).Named($"{all.Name}: query"),
        all.Columns(heads.QuerySize, heads.KeyValueSize).Named($"{all.Name}: key"),
        all.Columns(heads.QuerySize + heads.KeyValueSize, heads.KeyValueSize).Named($"{all.Name}: value"));
}
