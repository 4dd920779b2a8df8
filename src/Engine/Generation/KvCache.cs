using MolEngine.Engine.Models;
using MolEngine.Kernels.Device;

namespace MolEngine.Engine.Generation;

/// <summary>Rotated keys and values of every layer for the tokens seen so far: fp32 [capacity, Hkv D] each.</summary>
public sealed class KvCache
{
    public KvCache(Arena arena, ModelConfig config, int capacity)
    {
        int width = config.NumKvHeads * config.HeadDim;
        Keys = [.. Enumerable.Range(0, config.NumLayers).Select(i => arena.Allocate($"layer {i} key cache", DType.F32, capacity, width))];
        Values = [.. Enumerable.Range(0, config.NumLayers).Select(i => arena.Allocate($"layer {i} value cache", DType.F32, capacity, width))];
        Capacity = capacity;
    }

    public int Capacity { get; }

    /// <summary>Tokens held.</summary>
    public int Length { get; set; }

    public IReadOnlyList<Tensor> Keys { get; }

    public IReadOnlyList<Tensor> Values { get; }
}
