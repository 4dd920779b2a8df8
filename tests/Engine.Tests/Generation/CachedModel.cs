using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Generation;

/// <summary>One sequence over a cache whose pages lie in no order: logits of tokens as they are appended.</summary>
internal sealed class CachedModel : IDisposable
{
    private readonly Ops _ops;
    private readonly TransformerWeights _weights;
    private readonly ModelConfig _config;
    private readonly Arena _arena;
    private readonly KvCache _cache;
    private readonly Transformer _transformer;
    private readonly int[] _pages;
    private readonly bool _sameBits;

    public CachedModel(
        Ops ops, ModelConfig config, TransformerWeights weights, int capacity, bool sameBits = false)
    {
        _ops = ops;
        _weights = weights;
        _config = config;
        _sameBits = sameBits;
        _arena = ops.CreateArena("cached model");
        int pages = PagedLayout.PagesOf(capacity);
        _pages = [.. Enumerable.Range(0, pages).Reverse()];
        _cache = new KvCache(ops, config, _arena, pages);
        _transformer = new Transformer(ops, config, _arena, capacity, capacity, backward: false);
    }

    public int Length { get; private set; }

    /// <summary>Logits [n, V] after each of the new tokens.</summary>
    public float[] Append(params ReadOnlySpan<int> ids)
    {
        int n = ids.Length;
        using Arena arena = _ops.CreateArena("tokens");
        Tensor idTensor = arena.Allocate("ids", DType.I32, n), positions = arena.Allocate("positions", DType.I32, n);
        _ops.Upload(ids, idTensor);
        _ops.Upload<int>([.. Enumerable.Range(Length, n)], positions);
        var layout = new SequenceLayout([0, n], [0, n], positions, arena.Allocate("keys", DType.I64, n));
        Activations activations = Activations.Allocate(
            arena, _config, _ops.ActivationType, n, Retention.None, (_, _) => 0);
        Tensor final = _transformer.Forward(
            _weights, idTensor, layout, activations,
            new CachedTokens(_cache, new PagedLayout(layout, [Length], [_pages]), _sameBits));
        Tensor hidden = arena.Allocate("hidden", _ops.ActivationType, n, _config.HiddenSize);
        Tensor logits = arena.Allocate("logits", DType.F32, n, _config.VocabSize);
        _ops.Copy(final, hidden);
        _ops.HeadLogits(hidden, _weights.Head, logits, _sameBits);
        float[] values = new float[n * _config.VocabSize];
        _ops.Download<float>(logits, values);
        Length += n;
        return values;
    }

    public void Dispose() => _arena.Dispose();
}
