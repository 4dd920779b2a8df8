namespace MolEngine.Data.Records;

/// <summary>A turn of a dialogue.</summary>
public sealed record ChatMessage(string Role, string Content);
