namespace MolEngine.Basics.Numerics;

/// <summary>What an item, or a document, adds to a mean change.</summary>
/// <param name="Sum">After less before: of an answer's score, or of all tokens of a document.</param>
/// <param name="Weight">What sums are divided by: 1, tokens, words, instructions.</param>
public readonly record struct PairedChange(double Sum, double Weight = 1);
