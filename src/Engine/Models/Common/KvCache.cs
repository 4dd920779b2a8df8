using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>Rotated keys and values of every layer in pages of <see cref="PagedLayout.PageTokens"/> tokens.</summary>
public sealed class KvCache
{
    private readonly Ops _ops;

    /// <param name="arena">Receives the pages, of the backend's activation type.</param>
    /// <param name="pages">How many.</param>
    public KvCache(Ops ops, ModelConfig config, Arena arena, int pages)
    {
        _ops = ops;
        int elements = ops.PageElements(config.Heads());
        IReadOnlyList<Tensor> Layers(string what) =>
        [
            .. Enumerable.Range(0, config.NumLayers)
                .Select(i => arena.Allocate($"layer {i} {what} cache", ops.ActivationType, pages, elements)),
        ];

        Keys = Layers("key");
        Values = Layers("value");
    }

    /// <summary>[pages, elements of a page] for each layer.</summary>
    public IReadOnlyList<Tensor> Keys { get; }

    /// <inheritdoc cref="Keys"/>
    public IReadOnlyList<Tensor> Values { get; }

    /// <summary>Makes one page like another, in every layer.</summary>
    public void CopyPage(int from, int to)
    {
        foreach (Tensor layer in Keys.Concat(Values))
            _ops.Copy(layer.Slice(from, 1), layer.Slice(to, 1));
    }
}
