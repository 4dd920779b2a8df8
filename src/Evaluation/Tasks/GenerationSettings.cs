using MolEngine.Engine.Generation;

namespace MolEngine.Evaluation.Tasks;

/// <summary>How a model writes its answers.</summary>
/// <param name="Stops">Texts at which an answer ends.</param>
/// <param name="MaxTokens">Tokens of an answer at most.</param>
/// <param name="Samples">Answers to each question; their scores are averaged.</param>
/// <param name="Sampling">Null: greedily.</param>
public sealed record GenerationSettings(
    IReadOnlyList<string> Stops, int MaxTokens, int Samples, SamplingSettings? Sampling);
