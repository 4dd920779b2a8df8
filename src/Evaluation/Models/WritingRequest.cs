using MolEngine.Engine.Generation;

namespace MolEngine.Evaluation.Models;

/// <summary>A text that a model is to go on with.</summary>
/// <param name="Prompt">Ids before it; at least one.</param>
/// <param name="Stops">Texts at which it ends; they are no part of it. The model's own end always ends it.</param>
/// <param name="MaxTokens">Tokens at most.</param>
/// <param name="Sampling">How tokens are drawn; null: greedily.</param>
/// <param name="Seed">The same seed draws the same tokens.</param>
public sealed record WritingRequest(
    int[] Prompt, IReadOnlyList<string> Stops, int MaxTokens, SamplingSettings? Sampling, ulong Seed);
