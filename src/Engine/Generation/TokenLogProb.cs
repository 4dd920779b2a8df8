namespace MolEngine.Engine.Generation;

/// <summary>A token that might come, and the logarithm of its probability (of the model's own softmax).</summary>
public readonly record struct TokenLogProb(int Id, double LogProb);
