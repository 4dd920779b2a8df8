namespace MolEngine.Engine.Models.Llama;

/// <summary>Llama 2 and 3 and their kin (SmolLM2): <c>attention_bias</c> covers q, k, v and o.</summary>
public sealed class LlamaArchitecture : Architecture
{
    public override string Name => "LlamaForCausalLM";

    public override string ModelType => "llama";

    public override bool QkNorm => false;

    public override int DefaultMaxPositionEmbeddings => 2048;

    public override (bool Qkv, bool Output) Biases(bool? attentionBias) =>
        (attentionBias ?? false, attentionBias ?? false);
}
