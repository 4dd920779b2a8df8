using MolEngine.Basics.Numerics;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// Random weights as transformers' <c>_init_weights</c> makes them; the numbers themselves come from our own generator.
/// </summary>
public static class RandomInit
{
    /// <summary>
    /// All tensors of a config, fp32: normal(0, initializer_range) for linear layers and the embedding, whose padding
    /// row is zero, zeros for biases, ones for norms. Element i of a tensor depends on the seed, the tensor's name and
    /// i alone.
    /// </summary>
    /// <param name="arena">Host memory; it must outlive the weights.</param>
    public static ModelWeights Create(ModelConfig config, ulong seed, Arena arena)
    {
        IReadOnlyList<TensorSpec> specs = Architectures.Of(config).Tensors(config);
        var tensors = specs.ToDictionary(
            s => s.Name, s => arena.Allocate(s.Name, DType.F32, s.Shape.Dimensions.ToArray()));
        Parallel.ForEach(specs, spec => Fill(tensors[spec.Name].Span<float>(), spec, config, seed));
        return ModelWeights.FromTensors(config, tensors);
    }

    private static void Fill(Span<float> values, TensorSpec spec, ModelConfig config, ulong seed)
    {
        switch (spec.Role)
        {
            case TensorRole.Norm:
                values.Fill(1);
                break;
            case TensorRole.Bias:
                values.Clear();
                break;
            default:
                CounterRandom.For(seed, spec.Name).Normal(values, config.InitializerRange);
                if (spec.Role == TensorRole.Embedding && config.PadTokenId is int pad)
                    values.Slice(pad * config.HiddenSize, config.HiddenSize).Clear();
                break;
        }
    }
}
