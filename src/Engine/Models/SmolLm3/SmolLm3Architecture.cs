namespace MolEngine.Engine.Models.SmolLm3;

/// <summary>
/// SmolLM3: a Llama in which every fourth layer, or those that <c>no_rope_layers</c> gives a 0, has no rotary
/// positions.
/// </summary>
public sealed class SmolLm3Architecture : Architecture
{
    public override string Name => "SmolLM3ForCausalLM";

    public override string ModelType => "smollm3";

    public override bool QkNorm => false;

    public override int DefaultMaxPositionEmbeddings => 32768;

    public override int? DefaultKvHeads => 4;

    public override double DefaultTheta => 2e6;

    public override bool DefaultTied => true;

    public override int DefaultNoRopeInterval => 4;

    public override bool ReadsUseSlidingWindow => true;

    public override (bool Qkv, bool Output) Biases(bool? attentionBias) =>
        (attentionBias ?? false, attentionBias ?? false);

    /// <summary>Only layers without rotary positions slide: one limit for all contains theirs.</summary>
    public override int SlidingFrom(bool usesWindow, int maxWindowLayers) => usesWindow ? 0 : int.MaxValue;
}
