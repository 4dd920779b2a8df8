namespace MolEngine.Runs.Records;

/// <summary>How a model continues the beginning of a held-out document before training and after.</summary>
/// <param name="Before">The base model's continuation; null without a base.</param>
/// <param name="After">The trained model's continuation.</param>
public sealed record TextSample(string Prompt, string? Before, string? After);
