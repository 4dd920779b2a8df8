namespace MolEngine.Server.Answers;

/// <summary>A part of an answer, in the order in which the model said them.</summary>
/// <param name="Text">Of a call of a tool: its arguments, a JSON object.</param>
/// <param name="Function">The name of the tool that is called; empty otherwise.</param>
public sealed record AnswerPart(AnswerPartKind Kind, string Text, string Function = "");
