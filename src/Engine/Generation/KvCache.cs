using MolEngine.Engine.Models;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Generation;

/// <summary>Rotated keys and values of every layer for the tokens seen so far: [capacity, Hkv D] each.</summary>
public sealed class KvCache
{
    /// <param name="type">The backend's activation type.</param>
    public KvCache(Arena arena, ModelConfig config, DType type, int capacity)
    {
        int width = config.NumKvHeads * config.HeadDim;
        IReadOnlyList<Tensor> Layers(string what) =>
        [
            .. Enumerable.Range(0, config.NumLayers)
                .Select(i => arena.Allocate($"layer {i} {what} cache", type, capacity, width)),
        ];

        Keys = Layers("key");
        Values = Layers("value");
        Capacity = capacity;
    }

    public int Capacity { get; }

    /// <summary>Tokens held.</summary>
    public int Length { get; set; }

    public IReadOnlyList<Tensor> Keys { get; }

    public IReadOnlyList<Tensor> Values { get; }
}
