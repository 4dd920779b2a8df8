using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Generation;

/// <summary>The transformer over a key/value cache: a prompt in chunks, then one token at a time.</summary>
public sealed class Decoder : IDisposable
{
    private const int PromptChunk = 256;

    // Up to this many tokens the path for few tokens reads each weight once; above, the blocked product is faster.
    private const int LargestDecode = 16;

    private readonly Ops _ops;
    private readonly TransformerWeights _weights;
    private readonly Arena _arena;
    private readonly KvCache _cache;
    private readonly LayerRotary _rotary;
    private readonly HeadShape _heads;
    private readonly float _eps;
    private readonly Dictionary<string, Tensor> _buffers = [];

    /// <param name="capacity">Most tokens, prompt and answer together.</param>
    public Decoder(Ops ops, ModelConfig config, TransformerWeights weights, int capacity)
    {
        _ops = ops;
        _weights = weights;
        _arena = ops.CreateArena("generation");
        _cache = new KvCache(_arena, config, ops.ActivationType, capacity);
        _rotary = new LayerRotary(ops, config, _arena, capacity);
        _heads = config.Heads();
        _eps = (float)config.RmsNormEps;
        Logits = new float[weights.Head.Shape[0]];
    }

    /// <summary>Logits [V] of the token after the last one appended.</summary>
    public float[] Logits { get; }

    /// <summary>Tokens that still fit.</summary>
    public int Room => _cache.Capacity - _cache.Length;

    /// <summary>Appends tokens and computes the logits of the next.</summary>
    /// <exception cref="ArgumentException">No tokens, more than there is room for, or an id outside the
    /// vocabulary.</exception>
    public void Append(ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty || ids.Length > Room)
            throw new ArgumentException($"generation: expected 1 to {Room} (the room left) tokens, got {ids.Length}");
        for (int start = 0; start < ids.Length; start += PromptChunk)
        {
            ReadOnlySpan<int> chunk = ids.Slice(start, Math.Min(PromptChunk, ids.Length - start));
            AppendChunk(chunk, start + chunk.Length == ids.Length);
        }
    }

    /// <summary>Forgets all tokens: the next ones begin a new text.</summary>
    public void Clear() => _cache.Length = 0;

    public void Dispose() => _arena.Dispose();

    private void AppendChunk(ReadOnlySpan<int> ids, bool wantsLogits)
    {
        int n = ids.Length, start = _cache.Length;
        Tensor idTensor = Buffer("ids", DType.I32, n);
        _ops.Upload(ids, idTensor);
        SequenceLayout layout = Layout(n, start);
        int hidden = _weights.Embedding.Shape[1];
        DType type = _ops.ActivationType;
        Tensor x = Buffer("residual", DType.F32, n, hidden), normed = Buffer("normed", type, n, hidden);
        Tensor delta = Buffer("delta", type, n, hidden), rstd = Buffer("rstd", DType.F32, n);
        _ops.Embedding(idTensor, _weights.Embedding, x);
        _ops.RmsNorm(x, _weights.Layers[0].InputNorm, _eps, normed, rstd);
        for (int i = 0; i < _weights.Layers.Count; i++)
        {
            Layer(i, layout, start, x, normed, delta, rstd);
            Tensor norm = i + 1 < _weights.Layers.Count ? _weights.Layers[i + 1].InputNorm : _weights.FinalNorm;
            _ops.AddRmsNorm(x, delta, norm, _eps, x, normed, rstd);
        }

        _cache.Length += n;
        if (!wantsLogits)
            return;
        Tensor logits = Buffer("logits", DType.F32, 1, Logits.Length);
        _ops.HeadLogits(normed.Slice(n - 1, 1), _weights.Head, logits);
        _ops.Download<float>(logits, Logits);
    }

    private void Layer(int i, SequenceLayout layout, int start, Tensor x, Tensor normed, Tensor delta, Tensor rstd)
    {
        LayerWeights layer = _weights.Layers[i];
        int n = layout.Tokens, intermediate = layer.Gate.Outputs;
        Tensor q = Buffer("query", _ops.ActivationType, n, _heads.QuerySize);
        Tensor y = Buffer("attention", _ops.ActivationType, n, _heads.QuerySize);
        Tensor k = _cache.Keys[i].Slice(start, n);
        Linear(normed, layer.Query, layout, q);
        Linear(normed, layer.Key, layout, k);
        Linear(normed, layer.Value, layout, _cache.Values[i].Slice(start, n));
        _ops.QkNormRope(q, k, _heads, layer.QkNorm, _rotary.Of(i), layout, q, k);
        _ops.AttentionCached(q, _cache.Keys[i], _cache.Values[i], _heads, start, y);
        Linear(y, layer.Output, layout, delta);
        _ops.AddRmsNorm(x, delta, layer.PostAttentionNorm, _eps, x, normed, rstd);
        Tensor gate = Buffer("gate", _ops.ActivationType, n, intermediate);
        Tensor up = Buffer("up", _ops.ActivationType, n, intermediate);
        Linear(normed, layer.Gate, layout, gate);
        Linear(normed, layer.Up, layout, up);
        _ops.SwiGlu(gate, up, gate);
        Linear(gate, layer.Down, layout, delta);
    }

    private void Linear(Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y)
    {
        if (layout.Tokens <= LargestDecode)
        {
            _ops.LinearDecode(x, weights, y);
            return;
        }

        Tensor? hidden = weights.Lora is not { } lora
            ? null
            : Buffer("lora hidden", _ops.ActivationType, layout.Tokens, lora.Rank);
        _ops.Linear(x, weights, layout, y, hidden);
    }

    private SequenceLayout Layout(int n, int start)
    {
        int[] positions = [.. Enumerable.Range(start, n)];
        Tensor tensor = Buffer("positions", DType.I32, n);
        _ops.Upload<int>(positions, tensor);
        return new SequenceLayout([0, n], [0, n], tensor, Buffer("keys", DType.I64, n));
    }

    /// <summary>A named buffer, made once for few and once for many tokens, cut to the size asked for.</summary>
    private Tensor Buffer(string name, DType type, int rows, params int[] width)
    {
        int capacity = rows > LargestDecode ? PromptChunk : LargestDecode;
        string key = $"{name} {capacity} {string.Join('x', width)}";
        if (!_buffers.TryGetValue(key, out Tensor? tensor))
            _buffers[key] = tensor = _arena.Allocate(name, type, [capacity, .. width]);
        return tensor.Slice(0, rows);
    }
}
