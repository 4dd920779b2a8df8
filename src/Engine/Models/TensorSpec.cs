using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models;

/// <summary>What a tensor of a model is, as far as initialisation and weight decay go.</summary>
public enum TensorRole
{
    /// <summary>[vocabulary, hidden].</summary>
    Embedding,

    /// <summary>[outputs, inputs].</summary>
    Linear,

    /// <summary>[outputs].</summary>
    Bias,

    /// <summary>[width]: the weight of an RMS norm.</summary>
    Norm,
}

/// <summary>A tensor that a model of some config must have, under Hugging Face's name.</summary>
public sealed record TensorSpec(string Name, TensorRole Role, Shape Shape);
