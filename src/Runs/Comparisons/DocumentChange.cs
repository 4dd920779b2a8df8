namespace MolEngine.Runs.Comparisons;

/// <summary>A document under base and model: means over its predicted tokens.</summary>
/// <param name="Tokens">Predicted tokens.</param>
public sealed record DocumentChange(int Tokens, double CeBefore, double CeAfter, double ReverseKl, double ForwardKl);
