using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>Where the gradients of one layer go; null where a tensor is frozen.</summary>
public sealed record LayerGradients(
    Tensor? InputNorm, LinearGradients Query, LinearGradients Key, LinearGradients Value, Tensor? QueryNorm,
    Tensor? KeyNorm, LinearGradients Output, Tensor? PostAttentionNorm, LinearGradients Gate, LinearGradients Up,
    LinearGradients Down);

/// <summary>
/// Where the gradients of a model go. Embedding and Head are separate buffers even where the two are one tied tensor:
/// each collects its own sum over tokens, and they are added once at the end, so that the order of additions does not
/// depend on the split into micro-batches.
/// </summary>
public sealed record TransformerGradients(
    Tensor? Embedding, IReadOnlyList<LayerGradients> Layers, Tensor? FinalNorm, Tensor? Head)
{
    /// <param name="gradient">
    /// The buffer for a tensor's name, Hugging Face's or (adapters) PEFT's; null where it is frozen.
    /// </param>
    public static TransformerGradients From(ModelConfig config, Func<string, Tensor?> gradient)
    {
        var layers = new LayerGradients[config.NumLayers];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Layer(i, gradient);
        return new TransformerGradients(
            gradient(ModuleNames.Embedding), layers, gradient(ModuleNames.FinalNorm), gradient(ModuleNames.Head));
    }

    private static LayerGradients Layer(int layer, Func<string, Tensor?> gradient)
    {
        Tensor? Of(string name) => gradient(ModuleNames.InLayer(layer, name));

        LinearGradients Linear(string name)
        {
            string module = ModuleNames.InLayer(layer, name);
            return new LinearGradients(
                gradient(module + ModuleNames.Weight), gradient(module + ModuleNames.Bias),
                gradient(PeftNames.A(module)), gradient(PeftNames.B(module)));
        }

        return new LayerGradients(
            Of(ModuleNames.InputNorm),
            Linear(ModuleNames.Query),
            Linear(ModuleNames.Key),
            Linear(ModuleNames.Value),
            Of(ModuleNames.QueryNorm),
            Of(ModuleNames.KeyNorm),
            Linear(ModuleNames.Output),
            Of(ModuleNames.PostAttentionNorm),
            Linear(ModuleNames.Gate),
            Linear(ModuleNames.Up),
            Linear(ModuleNames.Down));
    }
}
