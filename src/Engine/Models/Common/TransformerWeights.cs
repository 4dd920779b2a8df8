using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>The tensors of one decoder layer, in order of use.</summary>
public sealed record LayerWeights(
    Tensor InputNorm, LinearWeights Query, LinearWeights Key, LinearWeights Value, QkNorm? QkNorm, LinearWeights Output,
    Tensor PostAttentionNorm, LinearWeights Gate, LinearWeights Up, LinearWeights Down)
{
    /// <summary>The linear module of a name within the layer.</summary>
    public LinearWeights this[string module] => module switch
    {
        ModuleNames.Query => Query,
        ModuleNames.Key => Key,
        ModuleNames.Value => Value,
        ModuleNames.Output => Output,
        ModuleNames.Gate => Gate,
        ModuleNames.Up => Up,
        ModuleNames.Down => Down,
        _ => throw new ArgumentException($"{module}: expected one of {string.Join(", ", ModuleNames.Linears)}"),
    };

    /// <summary>
    /// The layer with every linear module replaced by what <paramref name="change"/> makes of it and its name within
    /// the layer.
    /// </summary>
    public LayerWeights Map(Func<string, LinearWeights, LinearWeights> change) => this with
    {
        Query = change(ModuleNames.Query, Query),
        Key = change(ModuleNames.Key, Key),
        Value = change(ModuleNames.Value, Value),
        Output = change(ModuleNames.Output, Output),
        Gate = change(ModuleNames.Gate, Gate),
        Up = change(ModuleNames.Up, Up),
        Down = change(ModuleNames.Down, Down),
    };
}

/// <summary>
/// The tensors of a model as the forward pass uses them. Base and student of a LoRA run are two such views of the same
/// frozen tensors, one with the adapter and one without.
/// </summary>
public sealed record TransformerWeights(
    Tensor Embedding, IReadOnlyList<LayerWeights> Layers, Tensor FinalNorm, Tensor Head)
{
    /// <summary>Arranges a model's tensors.</summary>
    /// <param name="tensor">The tensor of a Hugging Face name.</param>
    public static TransformerWeights From(ModelConfig config, Func<string, Tensor> tensor)
    {
        var layers = new LayerWeights[config.NumLayers];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Layer(config, name => tensor(ModuleNames.InLayer(i, name)));
        Tensor embedding = tensor(ModuleNames.Embedding);
        return new TransformerWeights(
            embedding, layers, tensor(ModuleNames.FinalNorm),
            config.TieWordEmbeddings ? embedding : tensor(ModuleNames.Head));
    }

    /// <summary>
    /// Every linear module of every layer replaced by what <paramref name="change"/> makes of it and its full name.
    /// </summary>
    public TransformerWeights Map(Func<string, LinearWeights, LinearWeights> change) => this with
    {
        Layers =
        [
            .. Layers.Select((layer, i) => layer.Map((name, linear) => change(ModuleNames.InLayer(i, name), linear))),
        ],
    };

    private static LayerWeights Layer(ModelConfig config, Func<string, Tensor> tensor)
    {
        LinearWeights Linear(string module, bool bias) =>
            new(tensor(module + ModuleNames.Weight), bias ? tensor(module + ModuleNames.Bias) : null);

        QkNorm? norm = !config.QkNorm
            ? null
            : new QkNorm(tensor(ModuleNames.QueryNorm), tensor(ModuleNames.KeyNorm), (float)config.RmsNormEps);
        return new LayerWeights(
            tensor(ModuleNames.InputNorm),
            Linear(ModuleNames.Query, config.QkvBias),
            Linear(ModuleNames.Key, config.QkvBias),
            Linear(ModuleNames.Value, config.QkvBias),
            norm,
            Linear(ModuleNames.Output, config.OutputBias),
            tensor(ModuleNames.PostAttentionNorm),
            Linear(ModuleNames.Gate, false),
            Linear(ModuleNames.Up, false),
            Linear(ModuleNames.Down, false));
    }
}
