namespace MolEngine.Evaluation.Models;

/// <summary>What a model wrote.</summary>
/// <param name="Text">Without the stop that ended it.</param>
/// <param name="Tokens">Tokens generated, those of the stop too.</param>
/// <param name="EndedBy">"stop", "eos" or "length".</param>
public sealed record WrittenText(string Text, int Tokens, string EndedBy);
