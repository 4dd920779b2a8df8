namespace MolEngine.Engine.Chat;

/// <summary>A turn of a dialogue.</summary>
public sealed record ChatMessage(string Role, string Content);
