namespace MolEngine.Evaluation;

/// <summary>What a model answered to a question.</summary>
/// <param name="LogProbs">Of each option of the question the logarithm of its label's probability, nats; empty where
/// there is nothing to choose.</param>
public sealed record GivenAnswer(string Text, IReadOnlyList<double> LogProbs);
