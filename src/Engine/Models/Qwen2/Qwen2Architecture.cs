namespace MolEngine.Engine.Models.Qwen2;

/// <summary>
/// Qwen2 and Qwen2.5: q, k and v always have biases, o never; transformers reads no <c>attention_bias</c> here.
/// </summary>
public sealed class Qwen2Architecture : Architecture
{
    public override string Name => "Qwen2ForCausalLM";

    public override string ModelType => "qwen2";

    public override bool QkNorm => false;

    public override int DefaultMaxPositionEmbeddings => 32768;

    public override int? DefaultKvHeads => 32;

    public override bool ReadsUseSlidingWindow => true;

    public override (bool Qkv, bool Output) Biases(bool? attentionBias) => (true, false);

    public override int SlidingFrom(bool usesWindow, int maxWindowLayers) =>
        usesWindow ? maxWindowLayers : int.MaxValue;
}
