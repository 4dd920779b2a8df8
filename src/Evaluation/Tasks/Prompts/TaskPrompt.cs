namespace MolEngine.Evaluation.Tasks.Prompts;

/// <summary>What a model is shown before it answers.</summary>
/// <param name="Text">The whole of it, chat template included.</param>
/// <param name="Delimiter">Between it and a choice.</param>
/// <param name="IsChat">Whether a chat template wrote it: then whatever stands at its beginning is in it.</param>
public sealed record TaskPrompt(string Text, string Delimiter, bool IsChat);
