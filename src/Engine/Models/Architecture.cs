using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Models;

/// <summary>
/// What tells one family of decoders from another. Stateless; one instance in <see cref="Architectures.Registry"/>.
/// </summary>
public abstract class Architecture
{
    /// <summary>The name as <c>architectures</c> in a config has it, for instance <c>Qwen3ForCausalLM</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The type as <c>model_type</c> in a config has it.</summary>
    public abstract string ModelType { get; }

    /// <summary>Whether every query and key head passes an RMS norm before the rotation.</summary>
    public abstract bool QkNorm { get; }

    /// <summary>transformers' max_position_embeddings where a config has none.</summary>
    public abstract int DefaultMaxPositionEmbeddings { get; }

    /// <summary>transformers' head_dim where a config has none; null means hidden / heads.</summary>
    public virtual int? DefaultHeadDim => null;

    /// <summary>
    /// transformers' num_key_value_heads where a config does not name it; null means num_attention_heads, as a null in
    /// the config does.
    /// </summary>
    public virtual int? DefaultKvHeads => null;

    /// <summary>transformers' rope_theta where a config has none.</summary>
    public virtual double DefaultTheta => 10000;

    /// <summary>transformers' tie_word_embeddings where a config has none.</summary>
    public virtual bool DefaultTied => false;

    /// <summary>
    /// One layer in so many has no rotary positions where <c>no_rope_layers</c> is absent; 0 where every layer has them
    /// and the key is not read.
    /// </summary>
    public virtual int DefaultNoRopeInterval => 0;

    /// <summary>transformers' sliding_window where a config does not name it.</summary>
    public virtual int? DefaultWindow => null;

    /// <summary>Whether sliding_window counts only where use_sliding_window is true.</summary>
    public virtual bool ReadsUseSlidingWindow => false;

    /// <summary>
    /// The first layer whose attention slides, if there is a sliding_window; <see cref="int.MaxValue"/> where
    /// transformers has no sliding attention for the architecture, or the config asks for none.
    /// </summary>
    /// <param name="usesWindow">The config's <c>use_sliding_window</c>.</param>
    /// <param name="maxWindowLayers">The config's <c>max_window_layers</c>.</param>
    public virtual int SlidingFrom(bool usesWindow, int maxWindowLayers) => int.MaxValue;

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
