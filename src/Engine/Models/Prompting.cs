namespace MolEngine.Engine.Models;

/// <summary>
/// How a new model is prompted and where it stops, as it was trained: what programs that serve it read in its folder.
/// </summary>
/// <param name="ChatTemplate">In the place of the model's own; null keeps that.</param>
/// <param name="Ends">Ids that end what it writes, besides those that its folder names.</param>
public sealed record Prompting(string? ChatTemplate, IReadOnlyList<int> Ends)
{
    /// <summary>As the model was before.</summary>
    public static Prompting Unchanged { get; } = new(null, []);
}
