using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Models;

/// <summary>
/// What tells one family of decoders from another. Stateless; one instance in <see cref="Architectures.Registry"/>.
/// </summary>
public abstract class Architecture
{
    /// <summary>As <c>architectures</c> in a config has it, for instance <c>Qwen3ForCausalLM</c>.</summary>
    public abstract string Name { get; }

    /// <summary>As <c>model_type</c> in a config has it.</summary>
    public abstract string ModelType { get; }

    /// <summary>Whether every query and key head passes an RMS norm before the rotation.</summary>
    public abstract bool QkNorm { get; }

    /// <summary>transformers' max_position_embeddings where a config has none.</summary>
    public abstract int DefaultMaxPositionEmbeddings { get; }

    /// <summary>transformers' head_dim where a config has none; null means hidden / heads.</summary>
    public virtual int? DefaultHeadDim => null;

    /// <summary>Biases of the attention projections.</summary>
    /// <param name="attentionBias">The config's <c>attention_bias</c>; null where absent.</param>
    /// <returns>Whether q, k and v have one, and whether o has one.</returns>
    public abstract (bool Qkv, bool Output) Biases(bool? attentionBias);

    /// <summary>
    /// The tensors a model must have, in the order of the forward pass. A tied head is not listed: it is
    /// <c>model.embed_tokens.weight</c>.
    /// </summary>
    public virtual IReadOnlyList<TensorSpec> Tensors(ModelConfig config) => DecoderTensors.Of(config);
}
