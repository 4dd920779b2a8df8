using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Names and shapes of the tensors of a pre-norm decoder with grouped-query attention and a gated MLP.
/// </summary>
public static class DecoderTensors
{
    /// <summary>Module paths of all projections with their outputs and inputs, layer by layer.</summary>
    public static IEnumerable<(string Module, int Outputs, int Inputs)> Linears(ModelConfig c)
    {
        int q = c.NumHeads * c.HeadDim, kv = c.NumKvHeads * c.HeadDim;
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            yield return (ModuleNames.InLayer(layer, ModuleNames.Query), q, c.HiddenSize);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Key), kv, c.HiddenSize);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Value), kv, c.HiddenSize);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Output), c.HiddenSize, q);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Gate), c.IntermediateSize, c.HiddenSize);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Up), c.IntermediateSize, c.HiddenSize);
            yield return (ModuleNames.InLayer(layer, ModuleNames.Down), c.HiddenSize, c.IntermediateSize);
        }
    }

    /// <summary>All tensors in the order of the forward pass; the head only where it is not the embedding.</summary>
    public static IReadOnlyList<TensorSpec> Of(ModelConfig c)
    {
        List<TensorSpec> specs =
            [new(ModuleNames.Embedding, TensorRole.Embedding, new Shape(c.VocabSize, c.HiddenSize))];
        var linears = Linears(c).ToDictionary(l => l.Module);
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            TensorSpec Norm(string name, int width) =>
                new(ModuleNames.InLayer(layer, name), TensorRole.Norm, new Shape(width));

            specs.Add(Norm(ModuleNames.InputNorm, c.HiddenSize));
            foreach (string projection in ModuleNames.Linears)
            {
                if (projection == ModuleNames.Output && c.QkNorm)
                    specs.AddRange([Norm(ModuleNames.QueryNorm, c.HeadDim), Norm(ModuleNames.KeyNorm, c.HeadDim)]);
                if (projection == ModuleNames.Gate)
                    specs.Add(Norm(ModuleNames.PostAttentionNorm, c.HiddenSize));
                (string module, int outputs, int inputs) = linears[ModuleNames.InLayer(layer, projection)];
                specs.Add(new TensorSpec(module + ModuleNames.Weight, TensorRole.Linear, new Shape(outputs, inputs)));
                if (HasBias(c, projection))
                    specs.Add(new TensorSpec(module + ModuleNames.Bias, TensorRole.Bias, new Shape(outputs)));
            }
        }

        specs.Add(new TensorSpec(ModuleNames.FinalNorm, TensorRole.Norm, new Shape(c.HiddenSize)));
        if (!c.TieWordEmbeddings)
            specs.Add(new TensorSpec(ModuleNames.Head, TensorRole.Linear, new Shape(c.VocabSize, c.HiddenSize)));
        return specs;
    }

    private static bool HasBias(ModelConfig c, string projection) => projection switch
    {
        ModuleNames.Query or ModuleNames.Key or ModuleNames.Value => c.QkvBias,
        ModuleNames.Output => c.OutputBias,
        _ => false,
    };
}
