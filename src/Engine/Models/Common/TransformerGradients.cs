using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Models.Common;

/// <summary>Where the gradients of one layer go; null where a tensor is frozen.</summary>
public sealed record LayerGradients(
    Tensor? InputNorm, LinearGradients Query, LinearGradients Key, LinearGradients Value, Tensor? QueryNorm, Tensor? KeyNorm,
    LinearGradients Output, Tensor? PostAttentionNorm, LinearGradients Gate, LinearGradients Up, LinearGradients Down);

/// <summary>
/// Where the gradients of a model go. Embedding and Head are separate buffers even where the two are one tied tensor: each
/// collects its own sum over tokens, and they are added once at the end, so that the order of additions does not depend on the split
/// into micro-batches.
/// </summary>
public sealed record TransformerGradients(
    Tensor? Embedding, IReadOnlyList<LayerGradients> Layers, Tensor? FinalNorm, Tensor? Head)
{
    /// <param name="gradient">The buffer for a tensor's Hugging Face name (adapters: module + ".lora_A" / ".lora_B"), or null.</param>
    public static TransformerGradients From(ModelConfig config, Func<string, Tensor?> gradient)
    {
        var layers = new LayerGradients[config.NumLayers];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Layer(name => gradient(ModuleNames.InLayer(i, name)));
        return new TransformerGradients(
            gradient(ModuleNames.Embedding), layers, gradient(ModuleNames.FinalNorm), gradient(ModuleNames.Head));
    }

    private static LayerGradients Layer(Func<string, Tensor?> gradient)
    {
        LinearGradients Linear(string module) => new(
            gradient(module + ModuleNames.Weight), gradient(module + ModuleNames.Bias), gradient(module + Adapters.LoraNames.A),
            gradient(module + Adapters.LoraNames.B));

        return new LayerGradients(
            gradient(ModuleNames.InputNorm),
            Linear(ModuleNames.Query),
            Linear(ModuleNames.Key),
            Linear(ModuleNames.Value),
            gradient(ModuleNames.QueryNorm),
            gradient(ModuleNames.KeyNorm),
            Linear(ModuleNames.Output),
            gradient(ModuleNames.PostAttentionNorm),
            Linear(ModuleNames.Gate),
            Linear(ModuleNames.Up),
            Linear(ModuleNames.Down));
    }
}
