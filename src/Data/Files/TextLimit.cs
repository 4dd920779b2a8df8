namespace MolEngine.Data.Files;

/// <summary>What a piece of a text may hold.</summary>
/// <param name="Tokens">At most so many.</param>
/// <param name="Count">The number of a text's tokens.</param>
public sealed record TextLimit(int Tokens, Func<string, int> Count);
