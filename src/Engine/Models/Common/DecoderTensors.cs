using MolEngine.Kernels.Device;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Names and shapes of the tensors of a pre-norm decoder with grouped-query attention and a gated MLP.
/// </summary>
public static class DecoderTensors
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    /// <summary>The seven projections of a layer, as paths below <c>model.layers.N.</c></summary>
    public static IReadOnlyList<string> Projections { get; } =
    [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
        "mlp.down_proj",
    ];

    public static string Layer(int layer) => $"model.layers.{layer}.";

    /// <summary>Module paths of all projections with their outputs and inputs, layer by layer.</summary>
    public static IEnumerable<(string Module, int Outputs, int Inputs)> Linears(ModelConfig c)
    {
        int q = c.NumHeads * c.HeadDim, kv = c.NumKvHeads * c.HeadDim;
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            string p = Layer(layer);
            yield return (p + "self_attn.q_proj", q, c.HiddenSize);
            yield return (p + "self_attn.k_proj", kv, c.HiddenSize);
            yield return (p + "self_attn.v_proj", kv, c.HiddenSize);
            yield return (p + "self_attn.o_proj", c.HiddenSize, q);
            yield return (p + "mlp.gate_proj", c.IntermediateSize, c.HiddenSize);
            yield return (p + "mlp.up_proj", c.IntermediateSize, c.HiddenSize);
            yield return (p + "mlp.down_proj", c.HiddenSize, c.IntermediateSize);
        }
    }

    /// <summary>All tensors in the order of the forward pass; the head only where it is not the embedding.</summary>
    public static IReadOnlyList<TensorSpec> Of(ModelConfig c)
    {
        List<TensorSpec> specs = [new(Embedding, TensorRole.Embedding, new Shape(c.VocabSize, c.HiddenSize))];
        var linears = Linears(c).ToDictionary(l => l.Module);
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            string p = Layer(layer);
            specs.Add(Norm(p + "input_layernorm", c.HiddenSize));
            foreach (string projection in Projections)
            {
                if (projection == "self_attn.o_proj" && c.QkNorm)
                    specs.AddRange([Norm(p + "self_attn.q_norm", c.HeadDim), Norm(p + "self_attn.k_norm", c.HeadDim)]);
                if (projection == "mlp.gate_proj")
                    specs.Add(Norm(p + "post_attention_layernorm", c.HiddenSize));
                (string module, int outputs, int inputs) = linears[p + projection];
                specs.Add(new TensorSpec(module + ".weight", TensorRole.Linear, new Shape(outputs, inputs)));
                if (HasBias(c, projection))
                    specs.Add(new TensorSpec(module + ".bias", TensorRole.Bias, new Shape(outputs)));
            }
        }

        specs.Add(new TensorSpec(FinalNorm, TensorRole.Norm, new Shape(c.HiddenSize)));
        if (!c.TieWordEmbeddings)
            specs.Add(new TensorSpec(Head, TensorRole.Linear, new Shape(c.VocabSize, c.HiddenSize)));
        return specs;
    }

    private static bool HasBias(ModelConfig c, string projection) => projection switch
    {
        "self_attn.q_proj" or "self_attn.k_proj" or "self_attn.v_proj" => c.QkvBias,
        "self_attn.o_proj" => c.OutputBias,
        _ => false,
    };

    private static TensorSpec Norm(string module, int width) =>
        new(module + ".weight", TensorRole.Norm, new Shape(width));
}
