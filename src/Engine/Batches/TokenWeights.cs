namespace MolEngine.Engine.Batches;

/// <summary>Weights of the two losses for every effective token of a row.</summary>
public readonly record struct TokenWeights(double CrossEntropy, double KlDivergence);
