namespace MolEngine.Engine.Models.Mistral;

/// <summary>
/// Mistral: a Llama without biases, whose attention looks back over <c>sliding_window</c> tokens where that is set
/// (4096 where the key is absent).
/// </summary>
public sealed class MistralArchitecture : Architecture
{
    public override string Name => "MistralForCausalLM";

    public override string ModelType => "mistral";

    public override bool QkNorm => false;

    public override int DefaultMaxPositionEmbeddings => 131072;

    public override int? DefaultKvHeads => 8;

    public override int? DefaultWindow => 4096;

    public override (bool Qkv, bool Output) Biases(bool? attentionBias) => (false, false);

    public override int SlidingFrom(bool usesWindow, int maxWindowLayers) => 0;
}
