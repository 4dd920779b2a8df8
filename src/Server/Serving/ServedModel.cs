using MolEngine.Engine.Models.Common;

namespace MolEngine.Server.Serving;

/// <summary>What a request can name as its model.</summary>
/// <param name="Base">The name of the model that it adapts; null for the model itself.</param>
/// <param name="Weights">Over the one copy of the base.</param>
public sealed record ServedModel(string Name, string? Base, TransformerWeights Weights);
