using MolEngine.Engine.Chat;

namespace MolEngine.Data.Synthesis;

/// <summary>A record that a model is to go on from.</summary>
/// <param name="Text">Up to where it goes on: what a chat template wrote, or the beginning of a text.</param>
/// <param name="Messages">What was said so far; null for a text.</param>
public sealed record OpenRecord(string Text, IReadOnlyList<ChatMessage>? Messages);
