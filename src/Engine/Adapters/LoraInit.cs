using MolEngine.Basics;
using MolEngine.Basics.Numerics;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Adapters;

/// <summary>A new adapter as PEFT starts one.</summary>
public static class LoraInit
{
    /// <summary>
    /// For every projection that the config targets, A fp32 [r, in]: Kaiming-uniform with a = sqrt 5, that is
    /// uniform(-1 / sqrt(in), 1 / sqrt(in)), and B fp32 [out, r]: zeros. Element i of A depends on the seed, the
    /// module's name and i alone.
    /// </summary>
    /// <param name="seed">Null leaves A as zeros: for a plan, which reads no numbers.</param>
    /// <param name="arena">Host memory, unless A stays as zeros; it must outlive the tensors.</param>
    /// <returns>
    /// A and B by module path, such as <c>model.layers.0.self_attn.q_proj</c>, in the order of the forward pass.
    /// </returns>
    /// <exception cref="UserException">The rank is below 1, or a target names no projection.</exception>
    public static IReadOnlyDictionary<string, (Tensor A, Tensor B)> Create(
        ModelConfig config, LoraConfig lora, ulong? seed, Arena arena)
    {
        if (lora.Rank < 1)
            throw new UserException($"adapter: rank: expected 1 or more, got {lora.Rank}. Choose another rank.");
        var all = DecoderTensors.Linears(config).ToList();
        string[] unknown =
            [.. lora.TargetModules.Where(t => !all.Any(l => (lora with { TargetModules = [t] }).Targets(l.Module)))];
        if (unknown.Length > 0 || lora.TargetModules.Count == 0)
        {
            throw new UserException(
                $"adapter: target modules: expected some of {string.Join(", ", LoraConfig.AllProjections)}, got "
                + $"{(unknown.Length > 0 ? string.Join(", ", unknown) : "none")}. Correct the list.");
        }

        var modules = new Dictionary<string, (Tensor A, Tensor B)>();
        foreach ((string module, int outputs, int inputs) in all.Where(l => lora.Targets(l.Module)))
        {
            Tensor a = arena.Allocate(PeftNames.A(module), DType.F32, lora.Rank, inputs);
            if (seed is { } given)
                CounterRandom.For(given, PeftNames.A(module)).Uniform(a.Span<float>(), 1 / Math.Sqrt(inputs));
            modules[module] = (a, arena.Allocate(PeftNames.B(module), DType.F32, outputs, lora.Rank));
        }

        return modules;
    }
}
