namespace MolEngine.Engine.Models.Qwen3;

/// <summary>
/// Qwen3: norms on query and key heads; <c>attention_bias</c>, false in every published model, covers q, k, v and o.
/// </summary>
public sealed class Qwen3Architecture : Architecture
{
    public override string Name => "Qwen3ForCausalLM";

    public override string ModelType => "qwen3";

    public override bool QkNorm => true;

    public override int DefaultMaxPositionEmbeddings => 32768;

    public override int? DefaultHeadDim => 128;

    public override int? DefaultKvHeads => 32;

    public override bool ReadsUseSlidingWindow => true;

    public override (bool Qkv, bool Output) Biases(bool? attentionBias) =>
        (attentionBias ?? false, attentionBias ?? false);

    public override int SlidingFrom(bool usesWindow, int maxWindowLayers) =>
        usesWindow ? maxWindowLayers : int.MaxValue;
}
