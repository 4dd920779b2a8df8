using MolEngine.Engine.Models.Llama;
using MolEngine.Engine.Models.Mistral;
using MolEngine.Engine.Models.Qwen2;
using MolEngine.Engine.Models.Qwen3;
using MolEngine.Engine.Models.SmolLm3;

namespace MolEngine.Engine.Models;

/// <summary>The architectures that the engine computes.</summary>
public static class Architectures
{
    public static IReadOnlyList<Architecture> Registry { get; } =
    [
        new Qwen3Architecture(),
        new Qwen2Architecture(),
        new LlamaArchitecture(),
        new MistralArchitecture(),
        new SmolLm3Architecture(),
    ];

    /// <summary>The architecture of a parsed config.</summary>
    public static Architecture Of(ModelConfig config) => Registry.First(a => a.Name == config.Architecture);
}
